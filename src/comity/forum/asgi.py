"""The forum for uvicorn: ``uvicorn comity.forum.asgi:application``.

Who may import me: the server. Start at ``application``.
"""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.forum.settings")
application = get_asgi_application()
