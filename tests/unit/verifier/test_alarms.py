"""Alarms ring once, in order, and never after they were cancelled."""

from __future__ import annotations

import threading

from verifier.adapters.alarms import Alarms


def test_alarms_ring_in_the_order_they_are_due():
    """The later one is set first: the keeper must look again when an earlier one comes."""
    alarms, rung, done = Alarms(), [], threading.Event()
    alarms.set(0.05, lambda: (rung.append("second"), done.set()))
    alarms.set(0.0, lambda: rung.append("first"))

    assert done.wait(10)
    assert rung == ["first", "second"]


def test_a_cancelled_alarm_never_rings():
    """One due at the same time rings after it would have."""
    alarms, rung, done = Alarms(), [], threading.Event()
    alarm = alarms.set(0.02, lambda: rung.append("cancelled"))
    alarms.set(0.03, done.set)
    alarm.cancel()

    assert done.wait(10)
    assert rung == []


def test_an_alarm_rings_once():
    """A second ring would hang up the next user's connection."""
    alarms, rung = Alarms(), []
    alarm = alarms.set(60, lambda: rung.append("rung"))
    alarm.ring()
    alarm.ring()

    assert rung == ["rung"]
