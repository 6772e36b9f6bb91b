"""Words for templates: seats, moves and moments as readers say them.

Who may import me: templates, by ``{% load forum %}``. Where to start: :mod:`comity.forum.templatetags.forum`.
"""
