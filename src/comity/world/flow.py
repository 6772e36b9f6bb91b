"""What pay does to sums over corridors, for many directions at once (§3.7, §3.13).

Choice answers pay with dN_c = own_c dv_c + Σ_r stock_r dλ_r, one or two numbers λ a group
(:mod:`comity.world.response`). A weighted sum of stocks by place or by birth is therefore a sparse matrix on
(v, λ), built once at a solved world. A direction then costs a column of sparse products, and no pass over
the menu.

Who may import me: the world room. Start at :class:`Flow`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array

from comity.world.response import Response, respond

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.world.choice import Choice, Menu
    from comity.world.economy import Array, Whole

__all__ = ["Answer", "Flow", "Part", "Row", "sum_parts"]

Row = Literal["origin", "place", "arrival"]


class Part(NamedTuple):
    """A weighted sum of stocks.

    Attributes
    ----------
    row
        What is summed by: birthplace, place, or place and skill.
    at
        Where the sum starts, in blocks of N.
    weight
        By corridor; K.
    base
        Stock by channel → what is counted of it (persons, working units); K × 3.
    """

    row: Row
    at: int
    weight: Array
    base: Array


def _place(values: Array, rows: Whole, columns: Whole, height: int, width: int) -> csr_array:
    """Make a matrix for products only: entries in any order, and several in one place."""
    matrix = coo_array((values, (rows.astype(np.int32), columns.astype(np.int32))), shape=(height, width))
    matrix.has_canonical_format = True  # spares sorting
    return csr_array(matrix)


def sum_parts(
    m: Menu, parts: Sequence[Part], blocks: int, rows: Whole, columns: Whole, stock: Array, count: int
) -> Array:
    """Sum changes of some stocks; ``blocks`` N × ``count``.

    Parameters
    ----------
    rows, columns, stock
        Corridor, direction and change by channel (× 3) of each change.
    """
    out = np.zeros(blocks * m.size * count)
    for part in parts:
        value = part.weight[rows] * np.einsum("ck,ck->c", part.base[rows], stock)
        index = getattr(m, part.row)[rows] + part.at * m.size
        out += np.bincount(index * count + columns, value, len(out))
    return out.reshape(-1, count)


class Answer(NamedTuple):
    """The unknowns seen by choice: pay abroad, at home, and the numbers λ of each group; 2N × M each."""

    abroad: Array
    home: Array
    numbers: tuple[Array, ...]

    @property
    def stacked(self) -> Array:
        """Pay abroad and the numbers, one under the other."""
        return np.concatenate([self.abroad, *self.numbers])


@dataclass(frozen=True)
class Flow:
    """The answer of choice to pay at a solved world.

    Attributes
    ----------
    choice
        Settled.
    grown
        How the log of a group moves with that of the high-skilled born there (N × 2); None where fixed.
    """

    choice: Choice
    grown: Array | None

    @cached_property
    def response(self) -> Response:
        """Derivatives of stocks."""
        return respond(self.choice, grows=self.grown is not None)

    @cached_property
    def _shifts(self) -> tuple[tuple[Array, Array], ...]:
        """What each number does to stocks (K × 3) and to those at home (G)."""
        r = self.response
        shifts = tuple((rank.stock, rank.home) for rank in r.ranks)
        return shifts if self.grown is None else (*shifts, (r.by_mass, r.home_by_mass))

    @cached_property
    def _by_pay(self) -> tuple[csr_array, ...]:
        m, size = self.choice.menu, 2 * self.choice.menu.size
        return tuple(_place(r.by_pay, m.group, m.arrival, size, size) for r in self.response.ranks)

    def read(self, dz: Array) -> Answer:
        """Read what choice sees of changes of the unknowns (unknowns × M)."""
        n, count = self.choice.menu.size, dz.shape[1]
        abroad, home = (
            dz[a * n : (a + 2) * n].reshape(2, n, count).transpose(1, 0, 2).reshape(2 * n, count)
            for a in (2, 4)
        )
        numbers = tuple(
            by_pay @ abroad + rank.by_home[:, None] * home
            for by_pay, rank in zip(self._by_pay, self.response.ranks, strict=True)
        )
        if self.grown is not None:
            numbers += ((self.grown[..., None] * dz[-n:, None]).reshape(2 * n, count),)
        return Answer(abroad, home, numbers)

    def move_home(self, answer: Answer) -> Array:
        """Change of those who stay; N × 2 × M."""
        out = self.response.own_home.reshape(-1, 1) * answer.home
        for (_, home), number in zip(self._shifts, answer.numbers, strict=True):
            out += home[:, None] * number
        return out.reshape(self.choice.menu.size, 2, -1)

    def find_gain(self, answer: Answer) -> Array:
        """Change of ln(D)/θM, with deflection; N × 2 × M."""
        out = answer.numbers[0] / self.choice.effort.theta
        if self.grown is not None:
            out = out + self.response.gain_by_mass[:, None] * answer.numbers[-1]
        return np.asarray(out).reshape(self.choice.menu.size, 2, -1)

    def gather(self, parts: Sequence[Part], blocks: int) -> csr_array:
        """Turn sums of stocks into a matrix on :attr:`Answer.stacked`; ``blocks`` N rows."""
        m, n = self.choice.menu, self.choice.menu.size
        each = np.arange(2 * n)
        seen: dict[int, list[Array]] = {}
        rows, columns, values = [], [], []
        for part in parts:
            if id(part.base) not in seen:
                changes = (self.response.own, *(stock for stock, _ in self._shifts))
                seen[id(part.base)] = [np.einsum("ck,ck->c", part.base, x) for x in changes]
            for k, change in enumerate(seen[id(part.base)]):
                value, index = part.weight * change, m.group if k else m.arrival
                if (part.row == "origin") == (k > 0):
                    # The sum runs over all that the number touches: one entry each.
                    value = np.asarray(np.bincount(index, value, 2 * n), dtype=float)
                    rows.append((each if part.row == "arrival" else each // 2) + part.at * n)
                    columns.append(each + 2 * n * k)
                else:
                    rows.append(getattr(m, part.row) + part.at * n)
                    columns.append(index + 2 * n * k)
                values.append(value)
        width = 2 * n * (1 + len(self._shifts))
        return _place(
            np.concatenate(values), np.concatenate(rows), np.concatenate(columns), blocks * n, width
        )
