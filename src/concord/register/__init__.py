"""The kinds of the field: institutions, courses, activities, and what joins them."""
