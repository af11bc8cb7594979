"""Noise that is the same on every run: seeded by what it disturbs."""

from __future__ import annotations

import hashlib

import numpy as np

from lab.plant.clock import Series


def noise(seed: str, count: int, smooth_minutes: int = 20) -> Series:
    """Return `count` values around 0, mostly within ±1, each a moving mean over `smooth_minutes`."""
    raw = generator(seed).random(count + smooth_minutes) * 2 - 1
    running = np.cumsum(raw)
    mean = (running[smooth_minutes:] - running[:-smooth_minutes]) / smooth_minutes
    return np.asarray(mean * np.sqrt(3 * smooth_minutes) / 2, dtype=np.float64)


def generator(seed: str) -> np.random.Generator:
    """Return a source of random numbers that is the same for the same seed."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")))


def number_of(seed: str, below: int) -> int:
    """Return a whole number from 0 to `below`, excluded."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[8:16], "big") % below
