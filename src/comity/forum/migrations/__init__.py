"""How the database came to be as it is: one file for each change, applied in order and never edited later.

Who may import me: Django. Where to start: ``0001_initial``.
"""
