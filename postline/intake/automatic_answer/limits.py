"""How many automatic answers may be sent: to one address, to one domain, in all (SAFETY S30).

Counted in windows that slide. An address has its share and not one more, however many workers there are; the other
two are brakes, and may be overshot by what other workers have in hand at the moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from postline.intake.models import AutomaticAnswer
from postline.kit.sql import rows
from postline.projects.alarms import raise_alarm
from postline.projects.models import Alarm

MOST_PER_HOUR = 5
MOST_PER_DAY = 20
BURST = timedelta(minutes=5)  # in which a third of an hour's share may be sent
ALARM = "automatic-answers-stopped"
ALARM_LASTS = timedelta(minutes=15)  # after the last answer that was not sent
TOLD_AGAIN = timedelta(minutes=1)
KEPT = timedelta(days=1)


def reserve(addresses: Sequence[str], *, now: datetime) -> list[str]:
    """Count one more automatic answer to each address, where there is room. For each, why there is none, else ""."""
    if not addresses:
        return []
    counted = [_counted(address) for address in addresses]
    # two statements: the second must see what another worker counted while we waited for its lock
    rows(LOCK, {"addresses": sorted(set(counted))})
    in_all: int = settings.CONFIGURATION.automatic_answers
    verdicts = rows(
        RESERVE,
        {
            "addresses": counted,
            "now": now,
            "burst": now - BURST,
            "hour": now - timedelta(hours=1),
            "day": now - timedelta(days=1),
            "most_per_hour": MOST_PER_HOUR,
            "most_per_day": MOST_PER_DAY,
            "most_to_domain": settings.CONFIGURATION.automatic_answers_per_domain,
            "most_in_all": in_all,
            "most_in_burst": max(in_all // 3, 1),
        },
    )
    reasons = [""] * len(counted)
    for place, reason in verdicts:
        reasons[place - 1] = reason
    if "brake" in reasons:
        _tell(now=now)
    return reasons


def forget(*, now: datetime) -> None:
    """Delete what no window reaches any more."""
    AutomaticAnswer.objects.filter(at__lt=now - KEPT).delete()


def _tell(*, now: datetime) -> None:
    """Raise the alarm, or keep it standing; not for every message of a storm."""
    told = Alarm.objects.filter(code=ALARM, subject="", last_at__gt=now - TOLD_AGAIN, until__gt=now)
    if not told.exists():
        raise_alarm(ALARM, lasting=ALARM_LASTS, now=now)


def _counted(address: str) -> str:
    """What one person's addresses have in common: many servers deliver `name+anything@` to `name@`."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


# makes two workers that answer the same address count one after the other
LOCK = """
SELECT count(pg_advisory_xact_lock(hashtextextended('automatic-answer:' || address, 0)))
FROM unnest(%(addresses)s::text[]) AS address
"""

# Each step counts only what the one before let through. How many there were in all is told by the ids, which are
# given one after the other: two looks into an index instead of thousands of rows for every message. While there were
# fewer in all than a domain may have, none has had too many.
RESERVE = """
WITH wanted AS (
    SELECT address, substring(address from '[^@]*$') AS domain, place,
        row_number() OVER (PARTITION BY address ORDER BY place) AS nth
    FROM unnest(%(addresses)s::text[]) WITH ORDINALITY AS one(address, place)
), by_address AS (
    SELECT wanted.*, in_hour + nth > %(most_per_hour)s OR in_day + nth > %(most_per_day)s AS full_up
    FROM wanted CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE at > %(hour)s) AS in_hour, count(*) AS in_day
        FROM intake_automaticanswer AS earlier WHERE earlier.address = wanted.address AND at > %(day)s
    ) AS sent
), in_all AS MATERIALIZED (
    SELECT coalesce(last.id + 1 - (SELECT id FROM intake_automaticanswer
            WHERE at > %(hour)s ORDER BY at, id LIMIT 1), 0) AS in_hour,
        coalesce(last.id + 1 - (SELECT id FROM intake_automaticanswer
            WHERE at > %(burst)s ORDER BY at, id LIMIT 1), 0) AS in_burst
    FROM (SELECT max(id) AS id FROM intake_automaticanswer) AS last
), to_domain AS MATERIALIZED (
    SELECT domain, CASE WHEN in_hour + cardinality(%(addresses)s::text[]) <= %(most_to_domain)s THEN 0 ELSE (
        SELECT count(*) FROM (
            SELECT FROM intake_automaticanswer AS earlier WHERE earlier.domain = one.domain AND at > %(hour)s
            LIMIT %(most_to_domain)s
        ) AS few
    ) END AS sent
    FROM (SELECT DISTINCT domain FROM by_address WHERE NOT full_up) AS one CROSS JOIN in_all
), by_domain AS (
    SELECT address, domain, place,
        sent + row_number() OVER (PARTITION BY domain ORDER BY place) > %(most_to_domain)s AS full_up
    FROM by_address JOIN to_domain USING (domain) WHERE NOT by_address.full_up
), by_brake AS (
    SELECT address, domain, place, in_hour + row_number() OVER (ORDER BY place) > %(most_in_all)s
        OR in_burst + row_number() OVER (ORDER BY place) > %(most_in_burst)s AS full_up
    FROM by_domain CROSS JOIN in_all WHERE NOT by_domain.full_up
), counted AS (
    INSERT INTO intake_automaticanswer (address, domain, at)
    SELECT address, domain, %(now)s::timestamptz FROM by_brake WHERE NOT full_up
)
SELECT place, 'limit' FROM by_address WHERE full_up
UNION ALL SELECT place, 'domain-limit' FROM by_domain WHERE full_up
UNION ALL SELECT place, 'brake' FROM by_brake WHERE full_up
"""
