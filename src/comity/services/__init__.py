"""Services: one verb per use case, typed in, a frozen result out (DESIGN §1).

Purpose: here the rooms meet. World results become payoffs of a game, packages become ledgers and documents.

Who may import me: the three doors (Python, terminal, web). I may import every room below.

Where to start: :func:`comity.services.deal.deal_find` for the main job; then
:mod:`comity.services.laboratory` (draws of the world), :mod:`comity.services.stakes` (what each clause is
worth) and :mod:`comity.services.deal_result` (the answer). Round files: :mod:`comity.services.roundfile`.
"""
