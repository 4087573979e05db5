"""The WSGI application."""

import os
import threading

from django.core.wsgi import get_wsgi_application

from concord.site.bodies import whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "concord.site.settings")
application = whole_bodies(get_wsgi_application())


def _warm() -> None:
    from django.db import connection

    from concord.register.lists import prepare

    prepare()
    connection.close()


# A large register's lists take seconds to build: the first reader should not wait for them.
if os.environ.get("CONCORD_PREPARE"):
    threading.Thread(target=_warm, name="warm", daemon=True).start()
