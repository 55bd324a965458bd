"""The pictures of a policy brief: each figure with a caption, and with words that say what it shows."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.brief.document import Picture, picture
from analysis.brief.figures import influence_shares, influence_triangle, sector_means, sectors_side_by_side
from analysis.comparison.figures import engagement_by_sector, outcome, paired_contrasts, regime_shares_over_time
from analysis.comparison.words import contrast_rows, difference_in_words, is_clear
from analysis.explanation.figures import terms_over_time, timeline
from analysis.run.turning_points import policy_dates, regime_spells
from analysis.shared.summaries import bands, scenarios_of
from analysis.shared.survival import partnership_spells, survival, survival_curves
from analysis.shared.words import mid_sentence, readable
from sim import MONTH
from sim.population import SECTORS
from sim.scenario import Scenario
from sim.vocabulary import label_of

_FEW = 2
"""Dated policies from which a calendar is drawn."""


def regimes_picture(trajectories: pd.DataFrame, regimes: pd.DataFrame) -> Picture:
    """Return the share of runs in each regime over time.

    >>> months = pd.DataFrame({"scenario": "a", "replicate": 0, "month": range(3), "regime": "talking shop",
    ...                        "date": ["2001-04", "2001-05", "2001-06"]})
    >>> shares = pd.DataFrame({"scenario": ["a"], "regime": "talking shop", "share": 1.0})
    >>> regimes_picture(months, shares).alt
    'Stacked areas, one panel a scenario. At the end of the run, A: 100 % talking shop.'
    """
    shown = []
    for scenario in scenarios_of(regimes):
        here = regimes[(regimes["scenario"] == scenario) & (regimes["share"] > 0)]
        ends = [f"{100 * share:.0f} % {name}" for name, share in zip(here["regime"], here["share"], strict=True)]
        shown.append(f"{readable(scenario)}: {', '.join(ends)}")
    return picture(
        regime_shares_over_time(trajectories),
        caption="Regimes over time: the share of runs in each, one panel a scenario.",
        alt=f"Stacked areas, one panel a scenario. At the end of the run, {'; '.join(shown)}.",
    )


def outcome_picture(trajectories: pd.DataFrame) -> Picture:
    """Return the gap closed over time, and the part of it that the partnership adds.

    >>> months = pd.DataFrame({"scenario": "a", "replicate": 0, "month": range(3), "outcome": 0.05, "added_value": 0.02,
    ...                        "outcome_counterfactual": 0.03, "date": ["2001-04", "2001-05", "2001-06"]})
    >>> outcome_picture(months).alt.partition("the outcome ")[2]
    'is: a 5.0 %; and the added value: a 2.0 %.'
    """
    return picture(
        outcome(trajectories),
        caption="How much of the gap to the national average is closed, and what the partnership adds to it.",
        alt="Two panels of lines over time. At the end, in the median run, the outcome is: "
        f"{_medians(trajectories, 'outcome')}; and the added value: "
        f"{_medians(trajectories, 'added_value')}.",
    )


def _medians(trajectories: pd.DataFrame, measure: str) -> str:
    last = bands(trajectories, measure).groupby("scenario", sort=False, observed=True).tail(1)
    return "; ".join(
        f"{mid_sentence(str(name))} {100 * value:.1f} %".replace("-", "−")
        for name, value in zip(last["scenario"], last["q50"], strict=True)
    )


def contrasts_picture(runs: pd.DataFrame, contrasts: pd.DataFrame, *, reference: str) -> Picture:
    """Return the paired differences of the headline measures from a reference.

    >>> runs = pd.DataFrame({"scenario": ["a", "b"], "replicate": 0, "trust": [0.8, 0.5]})
    >>> from analysis.comparison.words import Contrast
    >>> rows = pd.DataFrame([("trust", "a", "b", 0.3, 0.2, 0.4, 2.0, 9)], columns=list(Contrast._fields))
    >>> contrasts_picture(runs, rows, reference="b").alt.partition("above. ")[2]
    'A: trust ends 0.30 higher than in the b (0.20 to 0.40; large effect, clear of zero).'
    """
    shown = []
    for row in contrast_rows(contrasts[contrasts["reference"] == reference]):
        if is_clear(row):
            shown.append(f"{readable(row.scenario)}: {mid_sentence(difference_in_words(row))}")
    return picture(
        paired_contrasts(runs, reference=reference),
        caption=f"Difference of each scenario from {mid_sentence(reference)} at the end, with 95 % intervals.",
        alt="Dots with intervals, a panel a measure and a row a scenario; the numbers are in the tables above. "
        + (" ".join(shown) if shown else "No interval leaves out zero."),
    )


def sectors_picture(runs: pd.DataFrame) -> Picture:
    """Return the sectors side by side at the end of the run.

    >>> runs = pd.DataFrame({"scenario": "a", "replicate": [0, 1]})
    >>> runs[[f"attendance_{sector}" for sector in SECTORS]] = [[0.9, 0.7, 0.4, 0.5], [0.7, 0.5, 0.2, 0.3]]
    >>> sectors_picture(runs).alt.partition("attendance. ")[2]
    'A: councils 80 %, agencies 60 %, businesses 30 %, voluntary bodies 40 %.'
    """
    table = sector_means(runs)
    shown = []
    for scenario in scenarios_of(table):
        here = table[(table["scenario"] == scenario) & (table["measure"] == "attendance")].set_index("sector")["mean"]
        shares = ", ".join(f"{label_of(sector)} {100 * here[sector]:.0f} %" for sector in SECTORS if sector in here)
        shown.append(f"{readable(scenario)}: {shares}")
    return picture(
        sectors_side_by_side(runs),
        caption="Attendance by anybody and in person, engagement and giving of each sector at the end.",
        alt=f"Small multiples of dots with intervals, a column a sector. Mean attendance. {'; '.join(shown)}.",
    )


def engagement_picture(trajectories: pd.DataFrame) -> Picture:
    """Return the engagement of each sector over time.

    >>> months = pd.DataFrame({"scenario": "a", "replicate": 0, "month": range(3),
    ...                        "date": ["2001-04", "2001-05", "2001-06"]})
    >>> months[[f"engagement_{sector}" for sector in SECTORS]] = [0.5, 0.4, 0.1, 0.2]
    >>> engagement_picture(months).alt.partition("at the end, ")[2]
    'councils: a 0.50; agencies: a 0.40; businesses: a 0.10; voluntary bodies: a 0.20.'
    """
    ends = []
    for sector in SECTORS:
        last = bands(trajectories, f"engagement_{sector}").groupby("scenario", sort=False, observed=True).tail(1)
        values = zip(last["scenario"], last["q50"], strict=True)
        ends.append(
            f"{label_of(sector)}: " + ", ".join(f"{mid_sentence(str(name))} {value:.2f}" for name, value in values)
        )
    return picture(
        engagement_by_sector(trajectories),
        caption="Engagement of each sector over time.",
        alt=f"Four panels of lines over time, one a sector. In the median run at the end, {'; '.join(ends)}.",
    )


def influence_picture(runs: pd.DataFrame) -> Picture:
    """Return who has the say at the end: a triangle a scenario.

    >>> runs = pd.DataFrame({"scenario": "a", "voice_council": [0.3], "voice_business": 0.1, "voice_voluntary": 0.1})
    >>> influence_picture(runs).alt.partition("shares. ")[2]
    'A: councils 30 %, agencies 50 %, businesses and voluntary bodies 20 %.'
    """
    shown = []
    for scenario in scenarios_of(runs):
        shares = influence_shares(runs[runs["scenario"] == scenario])
        means = ", ".join(f"{name} {100 * value:.0f} %" for name, value in shares.mean().items())
        shown.append(f"{readable(scenario)}: {means if len(shares) else 'nobody is left'}")
    return picture(
        influence_triangle(runs),
        caption="Shares of influence of councils, agencies, and business with the voluntary sector, at the end.",
        alt=f"Triangles with a dot for each run, one a scenario. Mean shares. {'; '.join(shown)}.",
    )


def lasting_picture(trajectories: pd.DataFrame) -> Picture | None:
    """Return the share of partnerships not yet dissolved over time; None where none ever is.

    >>> months = pd.DataFrame({"scenario": "a", "replicate": [0, 0, 1, 1], "month": [0, 1] * 2,
    ...                        "is_dissolved": [0.0, 1.0, 0.0, 0.0]})
    >>> lasting_picture(months).alt, lasting_picture(months.assign(is_dissolved=0.0))
    ('Falling steps over the months. Not dissolved by the end: a 50 %.', None)
    """
    spells = partnership_spells(trajectories)
    if not spells["ended"].any():
        return None
    table = survival(spells)
    last = table.groupby("group", sort=False).tail(1)
    shown = [
        f"{mid_sentence(str(name))} {100 * share:.0f} %"
        for name, share in zip(last["group"], last["share"], strict=True)
    ]
    return picture(
        survival_curves(table, title="How long partnerships last", what="Partnerships not dissolved, %"),
        caption="Share of partnerships that are not yet dissolved, with 95 % intervals.",
        alt=f"Falling steps over the months. Not dissolved by the end: {', '.join(shown)}.",
    )


def policy_pictures(scenarios: Mapping[str, Scenario]) -> list[Picture]:
    """Return a timeline for every calendar with a few dated policies.

    >>> from sim import scenario_from
    >>> change = {"levers": {"staff_team": 1.0}}
    >>> calendar = [{"from": f"2001-{month}", "note": f"in {month}"} | change for month in (10, 11)]
    >>> dated = scenario_from({"board": {"members": {"council": 1}}, "calendar": calendar})
    >>> [drawn.alt for drawn in policy_pictures({"a": dated, "b": dated})]
    ['A timeline. 2001-10: in 10; 2001-11: in 11.']
    """
    pictures, seen = [], set()
    for name, scenario in scenarios.items():
        dates = policy_dates(scenario)
        key = tuple(zip(dates["date"], dates["what"], strict=True))
        if len(key) < _FEW or key in seen:
            continue
        seen.add(key)
        points = dates.assign(kind="policy", partner="")[["month", "date", "kind", "what", "partner"]]
        months = pd.Series([scenario.month_label(month) for month in range(scenario.months)])
        nothing = regime_spells(pd.DataFrame({"month": [0], "regime": ["talking shop"]})).iloc[:0]
        shown = "; ".join(f"{date}: {what}" for date, what in key)
        pictures.append(
            picture(
                timeline(points, nothing, months, title=f"{readable(name)}: dated policies"),
                caption=f"Dated policies of {mid_sentence(name)}.",
                alt=f"A timeline. {shown}.",
            )
        )
    return pictures


def terms_picture(monthly: pd.DataFrame, points: pd.DataFrame, dates: pd.Series, *, subject: str) -> Picture:
    """Return what drew a subject to the table over one run, and what kept it away.

    >>> monthly = pd.DataFrame({"month": range(24), "attendance": 0.5, **dict.fromkeys(MONTH.terms, 0.0)})
    >>> monthly["time"] = monthly["utility"] = [-0.5] * 12 + [-1.0] * 12
    >>> dates = pd.Series([f"{year}-{month:02d}" for year in (2001, 2002) for month in range(1, 13)])
    >>> points = pd.DataFrame({"month": [12], "kind": "policy"})
    >>> terms_picture(monthly, points, dates, subject="Police").alt.partition("months: ")[2][:18]
    'scarce time −0.50,'
    """
    first, last = monthly.iloc[:12].mean(numeric_only=True), monthly.iloc[-12:].mean(numeric_only=True)
    changes = (last - first)[list(MONTH.terms)]
    order = changes.abs().sort_values(ascending=False, kind="stable").index[:3]
    shown = ", ".join(f"{label_of(f'term_{name}')} {changes[name]:+.2f}".replace("-", "−") for name in order)
    return picture(
        terms_over_time(monthly, dates, subject=subject, points=points),
        caption=f"{subject}: terms of the decision to come, in one run.",
        alt="Stacked areas of what pulls to the table and what pushes away, with their sum as a line, above the share "
        f"of meetings attended. From the first to the last twelve months: {shown}.",
    )
