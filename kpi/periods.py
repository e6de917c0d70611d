"""The past periods that people look back at: the last full month, quarter and year."""

from __future__ import annotations

from datetime import date, timedelta

_MONTHS_OF_QUARTER = 3


def last_month(today: date) -> tuple[date, date]:
    """The first and the last day of the month before today's."""
    until = today.replace(day=1) - timedelta(days=1)
    return until.replace(day=1), until


def last_quarter(today: date) -> tuple[date, date]:
    """The first and the last day of the calendar quarter before today's."""
    first_month = (today.month - 1) // _MONTHS_OF_QUARTER * _MONTHS_OF_QUARTER + 1
    until = date(today.year, first_month, 1) - timedelta(days=1)
    return until.replace(month=until.month - _MONTHS_OF_QUARTER + 1, day=1), until


def last_year(today: date) -> tuple[date, date]:
    """The first and the last day of the year before today's."""
    return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)


def next_quarter(day: date) -> date:
    """The first day of the calendar quarter after the one that `day` lies in."""
    month = (day.month - 1) // _MONTHS_OF_QUARTER * _MONTHS_OF_QUARTER + _MONTHS_OF_QUARTER + 1
    return date(day.year + month // 13, (month - 1) % 12 + 1, 1)
