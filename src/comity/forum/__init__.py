"""The forum: where delegations negotiate, as a Django project of its own (§9, issue 7).

A round is an append-only list of moves. What a move does and who may make it is said by
:mod:`comity.protocol.conference`; here moves are stored, people are seated, private sheets are kept
encrypted, and pages are shown. :mod:`comity.forum.actions` alone writes.

Who may import me: only ``comity.cli.forum``, inside its commands; nothing below floor 5.

Where to start: ``docs/forum.md``; then ``models``, ``actions.moves.make_move``, ``selectors.state_of`` and
``gate.requires``.
"""
