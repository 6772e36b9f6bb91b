"""The API: what a seat may do in the browser, for programs, as OpenAPI (``docs/forum-api.md``).

Who may import me: :mod:`comity.forum.urls`. Every operation passes :func:`comity.forum.gate.enter` and writes
through :mod:`comity.forum.actions`, as pages do.

Where to start: :mod:`comity.forum.api.door`, then ``reading`` and ``writing``; ``page`` has the addresses.
"""
