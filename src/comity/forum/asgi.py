"""The forum for uvicorn: ``uvicorn comity.forum.asgi:application``.

Who may import me: the server. Start at ``application``.
"""

from __future__ import annotations

import os
import warnings

from django.core.asgi import get_asgi_application

# style sheets and scripts: small files, read at once; not worth a line in the log for each
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.forum.settings")
application = get_asgi_application()
