"""A document of sourced figures, and the forms a reader may want it in (§5.4, §10).

A service builds a :class:`~comity.reports.document.Document`; the renderers here know nothing of deals,
economies or games. A number can enter a document only as a :class:`comity.vocabulary.Figure`, so every
number that a reader meets has a unit, a source class and a reference that can be traced.

Who may import me: services and the doors. Start at :mod:`comity.reports.document`.
"""
