"""Pages of the forum: each area is one module with its views and ``urlpatterns``.

Who may import me: :mod:`comity.forum.urls`. A view of a round is guarded by
:func:`comity.forum.gate.requires`, reads through :mod:`comity.forum.selectors` and writes through
:mod:`comity.forum.actions`.

Where to start: :mod:`comity.forum.views.rounds`.
"""
