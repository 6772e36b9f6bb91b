"""The forum for gunicorn: ``gunicorn comity.forum.wsgi``.

Who may import me: the server. Start at ``application``.
"""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.forum.settings")
application = get_wsgi_application()
