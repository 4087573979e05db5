"""The closed lists of the register. The code is stored; the label is what people read."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stage(TextChoices):
    """How far something has come. One of the three axes of a fact."""

    PLANNED = "planned", pgettext_lazy("stage", "planned")
    UNDER_WAY = "under_way", pgettext_lazy("stage", "under way")
    DONE = "done", pgettext_lazy("stage", "done")
    CANCELLED = "cancelled", pgettext_lazy("stage", "cancelled")
    LAPSED = "lapsed", pgettext_lazy("stage", "lapsed")
    UNKNOWN = "unknown", pgettext_lazy("stage", "unknown")


class Detail(TextChoices):
    """Whether a figure is one stated total or is made of items. One of the three axes."""

    STATED = "stated", pgettext_lazy("detail", "stated in total")
    ITEMISED = "itemised", pgettext_lazy("detail", "itemised")


class Confirmation(TextChoices):
    """What the parties themselves say of it, derived for the reader. One of the three axes."""

    NOT_ASKED = "not_asked", pgettext_lazy("confirmation", "not asked")
    ONE_SIDED = "one_sided", pgettext_lazy("confirmation", "one-sided")
    CONFIRMED = "confirmed", pgettext_lazy("confirmation", "confirmed")
    CONTESTED = "contested", pgettext_lazy("confirmation", "contested")


class Answer(TextChoices):
    """What a party says of a fact that names it."""

    CONFIRMS = "confirms", pgettext_lazy("answer", "confirms it")
    DENIES = "denies", pgettext_lazy("answer", "denies it")
    NOT_KNOWN = "not_known", pgettext_lazy("answer", "does not know")


class Completeness(TextChoices):
    """What an institution says of its own records of a year."""

    COMPLETE = "complete", pgettext_lazy("completeness", "complete")
    IN_PART = "in_part", pgettext_lazy("completeness", "in part")
    NOTHING = "nothing", pgettext_lazy("completeness", "nothing to report")


class InstitutionKind(TextChoices):
    """What an institution is. A centre is one of the first two."""

    COE = "coe", _("centre of excellence (COE)")
    NSSC = "nssc", _("nuclear security support centre (NSSC)")
    UNIVERSITY = "university", _("university")
    THINK_TANK = "think_tank", _("think tank")
    REGULATOR = "regulator", _("regulator")
    OPERATOR = "operator", _("operator")
    AGENCY = "agency", _("government agency")
    MINISTRY = "ministry", _("ministry or government department")
    LABORATORY = "laboratory", _("laboratory or research institute")
    LAW_ENFORCEMENT = "law_enforcement", _("border or law enforcement service")
    INTERNATIONAL = "international", _("international organisation")
    FOUNDATION = "foundation", _("foundation or association")
    COMPANY = "company", _("company")
    COMPILER = "compiler", _("compiler of open sources")


CENTRE_KINDS = (InstitutionKind.COE, InstitutionKind.NSSC)


class NameForm(TextChoices):
    """What sort of name a name is."""

    FULL = "full", _("full name")
    SHORT = "short", _("short form")
    ALIAS = "alias", _("also called")
    FORMER = "former", _("former name")


class MilestoneStep(TextChoices):
    """A dated step in a centre's life."""

    PLEDGED = "pledged", _("pledged")
    AGREED = "agreed", _("agreement signed")
    FOUNDED = "founded", _("organisation founded")
    ESTABLISHED = "established", _("established")
    CONSTRUCTION_STARTED = "construction_started", _("construction started")
    CONSTRUCTION_COMPLETED = "construction_completed", _("construction completed")
    INAUGURATED = "inaugurated", _("inaugurated")
    OPENED = "opened", _("opened")
    OPERATING = "operating", _("started operation")
    FIRST_COURSES = "first_courses", _("first courses")
    FIRST_REGIONAL_EVENT = "first_regional_event", _("first regional event")
    RECOGNISED = "recognised", _("recognised by the IAEA")
    DESIGNATED = "designated", _("designated IAEA Collaborating Centre")
    JOINED_NETWORK = "joined_network", _("joined a network")
    REORGANISED = "reorganised", _("reorganised")
    PLANNED = "planned", _("plan announced")


class LifePhase(TextChoices):
    """Phases in the life of a support centre (IAEA-TDL-010)."""

    FEASIBILITY = "feasibility", _("feasibility determination")
    PLANNING = "planning", _("planning")
    ESTABLISHMENT = "establishment", _("establishment")
    OPERATION = "operation", _("operation")
    SUSTAINING = "sustaining", _("evaluation and sustaining")


class FocusAspect(TextChoices):
    """In what respect a centre is said to have a focus."""

    GEOGRAPHIC = "geographic", _("geographical focus")
    TOPIC = "topic", _("topic focus")
    ACTIVITY = "activity", _("activity focus")
    APPROACH = "approach", _("type by topic")
    AREAS = "areas", _("areas named for its group of centres")
    RESEARCH = "research", _("role in research")
    POLICY = "policy", _("policy expertise")
    OUTREACH = "outreach", _("outreach")
    MODEL = "model", _("model")
    STATUS = "status", _("status")
    STRUCTURE = "structure", _("structure")
    METHOD = "method", _("training method")


class Reach(TextChoices):
    """Whom an offer is open to."""

    IN_HOUSE = "in_house", pgettext_lazy("reach", "in-house")
    DOMESTIC = "domestic", pgettext_lazy("reach", "domestic")
    REGIONAL = "regional", pgettext_lazy("reach", "regional")
    INTERNATIONAL = "international", pgettext_lazy("reach", "international")


class CentreFunction(TextChoices):
    """The three functions of a support centre (IAEA-TDL-010)."""

    HUMAN_RESOURCES = "human_resources", _("human resource development")
    TECHNICAL_SUPPORT = "technical_support", _("technical support services")
    SCIENTIFIC_SUPPORT = "scientific_support", _("scientific support services")


class CapabilityKind(TextChoices):
    """What an institution offers beside courses."""

    EXPERTISE = "expertise", pgettext_lazy("capability", "expertise")
    FACILITY = "facility", pgettext_lazy("capability", "facility")
    EQUIPMENT = "equipment", pgettext_lazy("capability", "equipment")
    SERVICE = "service", pgettext_lazy("capability", "service")


class CourseKind(TextChoices):
    """What sort of curriculum a course is."""

    COURSE = "course", _("course")
    MODULE = "module", _("course module")
    PROGRAMME = "programme", _("degree programme")
    ONLINE = "online", _("online course")


class TrainingLevel(TextChoices):
    """How advanced a course is."""

    INTRODUCTORY = "introductory", pgettext_lazy("training level", "introductory")
    BASIC = "basic", pgettext_lazy("training level", "basic")
    INTERMEDIATE = "intermediate", pgettext_lazy("training level", "intermediate")
    ADVANCED = "advanced", pgettext_lazy("training level", "advanced")
    INSTRUCTOR = "instructor", pgettext_lazy("training level", "for instructors")


class CommentKind(TextChoices):
    """What sort of comment on a draft it is."""

    GENERAL = "general", pgettext_lazy("comment", "on the whole")
    TECHNICAL = "technical", pgettext_lazy("comment", "on the substance")
    TRAINING = "training", pgettext_lazy("comment", "on what training needs")
    EDITORIAL = "editorial", pgettext_lazy("comment", "on the wording")


class MaterialKind(TextChoices):
    """What a training material is."""

    SYLLABUS = "syllabus", pgettext_lazy("material", "syllabus")
    LESSON_PLAN = "lesson_plan", pgettext_lazy("material", "lesson plan")
    SLIDES = "slides", pgettext_lazy("material", "slides")
    TEXTBOOK = "textbook", pgettext_lazy("material", "textbook or handbook")
    EXERCISE = "exercise", pgettext_lazy("material", "exercise")
    CASE = "case", pgettext_lazy("material", "case study")
    EXAM = "exam", pgettext_lazy("material", "exam")
    E_LEARNING = "e_learning", pgettext_lazy("material", "e-learning package")


class MaterialCopy(TextChoices):
    """Whose copy of a material it is."""

    PARTICIPANTS = "participants", pgettext_lazy("material", "participants’ copy")
    TRAINERS = "trainers", pgettext_lazy("material", "trainers’ notes")


class ActivityKind(TextChoices):
    """What happens at a time."""

    COURSE_RUN = "course_run", _("course run")
    SEMINAR = "seminar", _("seminar")
    WORKSHOP = "workshop", _("workshop")
    MEETING = "meeting", _("meeting or conference")
    EXERCISE = "exercise", _("exercise")
    TECHNICAL_VISIT = "technical_visit", _("technical visit")
    PERSONNEL_EXCHANGE = "personnel_exchange", _("personnel exchange")
    MATERIAL_EXCHANGE = "material_exchange", _("exchange of material or curriculum")
    METHOD_TRIAL = "method_trial", _("method trial or self-assessment")
    PEER_REVIEW = "peer_review", _("peer review")
    STANDARD_WORK = "standard_work", _("work on standards or guidance")
    JOINT_PROGRAMME = "joint_programme", _("joint programme")
    ADVISORY_MISSION = "advisory_mission", _("advisory mission or assistance")
    TECHNICAL_SERVICE = "technical_service", _("technical service")
    RESEARCH = "research", _("research project")
    EVENT = "event", _("event of an unstated kind")


class PartRole(TextChoices):
    """The part that a party has in an activity."""

    HOST = "host", pgettext_lazy("part", "host")
    ORGANISER = "organiser", pgettext_lazy("part", "organiser")
    CO_ORGANISER = "co_organiser", pgettext_lazy("part", "co-organiser")
    LECTURER = "lecturer", pgettext_lazy("part", "lecturer")
    MATERIAL = "material", pgettext_lazy("part", "gave material")
    FUNDER = "funder", pgettext_lazy("part", "funder")
    ENDORSER = "endorser", pgettext_lazy("part", "endorser")
    PARTICIPANT = "participant", pgettext_lazy("part", "participant")
    PARTNER = "partner", pgettext_lazy("part", "partner, part not stated")


PROVIDER_PARTS = (PartRole.HOST, PartRole.ORGANISER, PartRole.CO_ORGANISER)


class CountUnit(TextChoices):
    """What a count of participation counts."""

    PERSON = "person", pgettext_lazy("unit", "persons")
    ATTENDANCE = "attendance", pgettext_lazy("unit", "attendances")
    COMPLETION = "completion", pgettext_lazy("unit", "completions")
    COUNTRY = "country", pgettext_lazy("unit", "countries")
    NOT_STATED = "not_stated", pgettext_lazy("unit", "unit not stated")


class AgreementKind(TextChoices):
    """The form of an instrument between parties."""

    MEMORANDUM = "memorandum", _("memorandum of understanding")
    JOINT_STATEMENT = "joint_statement", _("joint statement")
    ARRANGEMENT = "arrangement", _("arrangement or agreement")
    DESIGNATION = "designation", _("designation agreement")
    CONTRACT = "contract", _("contract")
    INITIATIVE = "initiative", _("initiative")


class RelationKind(TextChoices):
    """In what way two parties are said to work together."""

    ATTENDANCE = "attendance", _("participation in courses")
    GUEST_LECTURE = "guest_lecture", _("guest lecture")
    MEETING = "meeting", _("regular meeting or network")
    TALKS = "talks", _("talks on harmonisation")
    TECHNICAL_VISIT = "technical_visit", _("technical visit")
    CALENDAR = "calendar", _("shared calendar")
    MATERIAL = "material", _("exchange of material or curriculum")
    PERSONNEL_EXCHANGE = "personnel_exchange", _("personnel exchange")
    SEMINAR = "seminar", _("joint seminar or workshop")
    ASSISTANCE = "assistance", _("assistance or advisory mission")
    JOINT_COURSE = "joint_course", _("joint course or delivery")
    EXERCISE = "exercise", _("joint exercise")
    METHOD_TRIAL = "method_trial", _("method trial")
    STANDARD = "standard", _("shared standard")
    PEER_REVIEW = "peer_review", _("peer review")
    JOINT_PROGRAMME = "joint_programme", _("joint programme")
    SUPPORT = "support", _("support or funding")
    ENDORSEMENT = "endorsement", _("endorsement")
    EXPERTISE = "expertise", _("expertise lent")
    NOT_STATED = "not_stated", _("kind not stated")


class Tier(TextChoices):
    """At what tier collaboration happens, as the brief of 2015 tells them apart."""

    INDIVIDUAL = "individual", pgettext_lazy("tier", "individual")
    WORKING = "working", pgettext_lazy("tier", "working")
    STRATEGIC = "strategic", pgettext_lazy("tier", "strategic")
    NATIONAL = "national", pgettext_lazy("tier", "within one State")


class Stream(TextChoices):
    """Which people a figure counts."""

    DOMESTIC = "domestic", pgettext_lazy("stream", "domestic")
    FOREIGN = "foreign", pgettext_lazy("stream", "from abroad")
    BOTH = "both", pgettext_lazy("stream", "domestic and from abroad")


class Scope(TextChoices):
    """Whether a figure or a link is about nuclear security or a field beside it."""

    SECURITY = "security", pgettext_lazy("scope", "nuclear security")
    WIDER = "wider", pgettext_lazy("scope", "wider than nuclear security")
    ADJACENT = "adjacent", pgettext_lazy("scope", "a field beside nuclear security")


class SourceKind(TextChoices):
    """What sort of document a source is."""

    REPORT = "report", _("report or paper")
    WEB_PAGE = "web_page", _("web page")
    NEWS = "news", _("news report")
    OFFICIAL = "official", _("official document")
    PRESENTATION = "presentation", _("presentation")
    DATABASE = "database", _("database")


class Cut(TextChoices):
    """Which sources a question rests on."""

    BRIEF = "brief", _("the 2015 brief alone")
    ALL = "all", _("with later sources")


class StatementGroup(TextChoices):
    """What a statement is about, so that only like stands beside like."""

    TRAINED = "trained", _("people trained")
    OFFERS = "offers", _("courses and programmes")
    CAPACITY = "capacity", _("capacity and premises")
    MEMBERSHIP = "membership", _("networks and members")
    WORKFORCE = "workforce", _("workforce and needs")
    CULTURE = "culture", _("security culture")
    MEETINGS = "meetings", _("meetings and documents")
    CONTEXT = "context", _("context")
