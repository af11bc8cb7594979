"""One register's raw samples to a running total at each settlement edge: the compiled loop, and nothing else.

Imported only where samples are absorbed: numba is heavy, and no light command may pay for it. What the numbers in
`state`, `rules` and `seen` mean is said here and nowhere else. Equations: METHOD.md, "Readings".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from energy.readings.compiled import compiled

Whole = npt.NDArray[np.int64]
Whole2 = npt.NDArray[np.int64]
Small = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float64]

# state: what is carried from one window to the next
STARTED, LAST_MS, LAST_X, TOTAL_J, NEXT_EDGE, NEXT_REGISTRATION, ACCEPTED, FIRST_MS, STATES = range(9)
# rules [int64]: constants of one meter; LIMIT_MW is what can pass at most (0: no limit). From RULES on, by declared
# replacement: moment [ms], closing index [J], opening index [J]; -1 for an index that nobody wrote down
FIRST_EDGE_MS, STEP_MS, BRIDGE_MS, MODULUS_J, PER_UNIT_J, CLOCK_FROM_MS, CLOCK_TO_MS, LIMIT_MW, RULES = range(9)
# rows of `seen`; columns: count, first [ms], last [ms]
(RESET, WRAP, REPLACED, LOST, DUPLICATE, CONFLICT, LATE, STALE, NOT_A_NUMBER, INFINITE, NEGATIVE, CLOCK, SLIP,
 NAMEPLATE, GAP, KINDS) = range(16)
# quality, first row: edges
EDGE_MISSING, EDGE_READ, EDGE_HELD = range(3)
# quality, second row: marks of cells
MARK_NONE, MARK_BRIDGED, MARK_MISSING = range(3)

STALE_NAN = np.int64(0x7FF0000000000002)  # Prometheus writes it where a series ends
TOO_LARGE = 9.0e15  # beyond it a double no longer holds whole joules


@compiled("void(int64[:,::1], int64, int64)")
def _note(seen: Whole2, kind: int, moment: int) -> None:
    if seen[kind, 0] == 0:
        seen[kind, 1] = moment
    seen[kind, 0] += 1
    seen[kind, 2] = moment


@compiled("int64(int64[::1], float64, int64, int64, int64[:,::1])")
def _whole_joules(rules: Whole, value: float, bits: int, moment: int, seen: Whole2) -> int:
    """Return the register in whole joules, or -1 for what can't be a reading."""
    if moment < rules[CLOCK_FROM_MS] or moment > rules[CLOCK_TO_MS]:
        _note(seen, CLOCK, moment)
        return -1
    if value != value:
        _note(seen, STALE if bits == STALE_NAN else NOT_A_NUMBER, moment)
        return -1
    scaled = value * rules[PER_UNIT_J]
    if scaled > TOO_LARGE or scaled == -np.inf:
        _note(seen, INFINITE, moment)
        return -1
    if scaled < 0.0:
        _note(seen, NEGATIVE, moment)
        return -1
    return int(np.rint(scaled))


@compiled("int64(int64[::1], int64[::1], int64, int64)")
def _replaced(state: Whole, rules: Whole, moment: int, x: int) -> int:
    """Return the step [J] over declared replacements up to `moment`, -1 when an index of theirs is not known."""
    step, start, known = np.int64(0), state[LAST_X], True
    while state[NEXT_REGISTRATION] < len(rules) and rules[state[NEXT_REGISTRATION]] <= moment:
        closing = rules[state[NEXT_REGISTRATION] + 1]
        opening = rules[state[NEXT_REGISTRATION] + 2]
        known = known and closing >= start and opening >= 0
        step += closing - start
        start = opening
        state[NEXT_REGISTRATION] += 3
    return step + x - start if known and x >= start else -1


@compiled("int64(int64[::1], float64, int64, int64)")
def _fell(rules: Whole, limit_j: float, last: int, x: int) -> int:
    """Return what a fall of the register is: WRAP, SLIP, RESET, LATE (an old value) or LOST (another register)."""
    unit = rules[PER_UNIT_J]
    if rules[MODULUS_J] > 0 and rules[MODULUS_J] >= last and rules[MODULUS_J] - last + x <= limit_j:
        return WRAP
    if last >= 100_000 * unit and -500 * unit <= x * 1000 - last <= limit_j + 500 * unit:
        return SLIP
    if x <= limit_j:
        return RESET
    return LATE if last - x <= limit_j else LOST


@compiled("void(int64[::1], int64[::1], int64, int64, boolean, int64[::1], uint8[::1])")
def _edges_until(state: Whole, rules: Whole, moment: int, step: int, lost: bool, totals: Whole, edges: Small) -> None:
    """Give every edge in (last sample, this one] its total: read, interpolated, held over a hole, or none."""
    before, elapsed = state[LAST_MS], moment - state[LAST_MS]
    while state[NEXT_EDGE] < len(totals):
        edge = state[NEXT_EDGE]
        edge_ms = rules[FIRST_EDGE_MS] + edge * rules[STEP_MS]
        if edge_ms > moment:
            return
        passed = np.int64(np.rint(step * ((edge_ms - before) / elapsed)))
        totals[edge] = state[TOTAL_J] + (step if edge_ms == moment else passed)
        if edge_ms == moment or elapsed <= rules[BRIDGE_MS]:
            edges[edge] = EDGE_READ
        else:
            edges[edge] = EDGE_MISSING if lost else EDGE_HELD
        state[NEXT_EDGE] += 1


@compiled("void(int64[::1], int64[::1], int64, uint8, uint8[::1])")
def _mark(state: Whole, rules: Whole, moment: int, mark: int, marks: Small) -> None:
    """Mark every cell that the time from the last sample to this one touches."""
    first = max(0, (state[LAST_MS] - rules[FIRST_EDGE_MS]) // rules[STEP_MS])
    last = (moment - 1 - rules[FIRST_EDGE_MS]) // rules[STEP_MS]
    for cell in range(first, min(last + 1, len(marks) - 1)):
        marks[cell] = max(marks[cell], mark)


@compiled("void(int64[::1], int64[::1], int64, int64, int64[::1], uint8[::1])")
def _start(state: Whole, rules: Whole, moment: int, x: int, totals: Whole, edges: Small) -> None:
    """Take the first sample: edges before it have no reading."""
    state[STARTED], state[LAST_MS], state[LAST_X] = 1, moment, x
    state[NEXT_REGISTRATION], state[FIRST_MS] = RULES, moment
    while state[NEXT_REGISTRATION] < len(rules) and rules[state[NEXT_REGISTRATION]] <= moment:
        state[NEXT_REGISTRATION] += 3
    while state[NEXT_EDGE] < len(totals) and rules[FIRST_EDGE_MS] + state[NEXT_EDGE] * rules[STEP_MS] <= moment:
        if rules[FIRST_EDGE_MS] + state[NEXT_EDGE] * rules[STEP_MS] == moment:
            edges[state[NEXT_EDGE]] = EDGE_READ
        state[NEXT_EDGE] += 1


@compiled("int64(int64[::1], int64[::1], float64, int64, int64)")
def _event(state: Whole, rules: Whole, limit_j: float, moment: int, x: int) -> int:
    """Return what happened since the last sample: KINDS for a plain step, or one of the kinds above."""
    position = state[NEXT_REGISTRATION]
    if position < len(rules) and rules[position] <= moment:
        return REPLACED
    if x < state[LAST_X]:
        return _fell(rules, limit_j, state[LAST_X], x)
    if x - state[LAST_X] <= limit_j:
        return KINDS
    unit, excess = rules[PER_UNIT_J], x - 1000.0 * state[LAST_X]
    slipped = state[LAST_X] >= 100 * unit and -500.0 * unit <= excess <= 1000.0 * limit_j + 500.0 * unit
    return SLIP if slipped else NAMEPLATE


@compiled("void(int64[::1], float64[::1], int64[::1], int64[::1], int64[::1], uint8[:,::1], int64[:,::1])")
def absorb(times: Whole, values: Reals, state: Whole, rules: Whole, totals: Whole, quality: Small,
           seen: Whole2) -> None:
    """Take samples in order of time; write totals [J] and states of edges, marks of cells, and what was seen."""
    edges, marks = quality[0], quality[1]
    limit_w = rules[LIMIT_MW] / 1000.0 if rules[LIMIT_MW] > 0 else np.inf
    every_bits = values.view(np.int64)
    for position in range(len(times)):
        moment = times[position]
        x = _whole_joules(rules, values[position], every_bits[position], moment, seen)
        if x < 0:
            continue
        if state[STARTED] == 0:
            _start(state, rules, moment, x, totals, edges)
            continue
        elapsed = moment - state[LAST_MS]
        if elapsed <= 0:
            same = DUPLICATE if x == state[LAST_X] else CONFLICT
            _note(seen, same if elapsed == 0 else LATE, moment)
            continue
        limit_j = limit_w * (elapsed / 1000.0) + rules[PER_UNIT_J]
        kind = _event(state, rules, limit_j, moment, x)
        if kind in (SLIP, NAMEPLATE, LATE):
            _note(seen, kind, moment)
            continue
        step, hole = x - state[LAST_X], elapsed > rules[BRIDGE_MS]
        if kind == REPLACED:
            step = _replaced(state, rules, moment, x)
            step = step if step <= limit_j else -1  # an index with a digit too many makes no energy
        elif kind == WRAP:
            step += rules[MODULUS_J]
        elif kind == RESET:
            step = x
        # within an interval's length what is lost is bounded by the rating, beyond it nothing is known
        lost = (kind in (LOST, RESET) or step < 0) and elapsed > rules[STEP_MS]
        if kind != KINDS:
            _note(seen, LOST if step < 0 else kind, moment)
            _mark(state, rules, moment, MARK_MISSING if lost else MARK_BRIDGED, marks)
        step = max(step, 0)
        if hole:
            _note(seen, GAP, moment)
        _edges_until(state, rules, moment, step, lost, totals, edges)
        state[LAST_MS], state[LAST_X] = moment, x
        state[TOTAL_J] += step
        state[ACCEPTED] += 1
