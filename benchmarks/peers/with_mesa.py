"""The reduced model as one would write it in Mesa: agents with methods, and a data collector."""

from __future__ import annotations

import mesa
import numpy as np
from numpy.typing import NDArray

from peers.reduced import MEASURES, Peer, World, trust_step, utility
from peers.rules import attendance_probability, put_in, towards
from sim.rules.mathematics import total


class Body(mesa.Agent):
    """A body at the table."""

    def __init__(self, model: Forum, number: int, trait: float) -> None:
        super().__init__(model)
        rates = model.rates
        self.number, self.trait = number, trait
        self.record, self.attended, self.participation = rates.first_record, 0.0, 0.0
        self.put_in = 0.0
        self.trust = [rates.first_trust] * model.n_bodies
        self.trust[number] = 0.0

    def decide(self) -> None:
        """Look at the others and decide whether to come."""
        model = self.model
        seen = 0.0
        for level, record in zip(self.trust, model.public_record, strict=True):
            seen += level * record
        self.participation = seen / (model.n_bodies - 1)
        chance = attendance_probability(
            utility(model.rates, self.trait, self.record, self.participation), model.rates.noise
        )
        self.attended = 1.0 if model.draws[model.month][self.number] < chance else 0.0

    def remember(self) -> None:
        """Keep a record of coming, and show what was put in."""
        rates = self.model.rates
        self.record = towards(self.record, self.attended, rates.memory)
        self.put_in = put_in(self.attended, rates.seniority, rates.contribution_rate)

    def revise_trust(self) -> None:
        """Compare what each other body put in with what was expected of it."""
        rates, trust = self.model.rates, self.trust
        for other in self.model.bodies:
            if other is not self:
                met = self.attended > 0.0 and other.attended > 0.0
                trust[other.number] = trust_step(
                    trust[other.number],
                    other.put_in,
                    rates.evidence,
                    rates.loss_aversion,
                    rates.contact if met else 0.0,
                    rates.brokered,
                    0.0 if met else rates.decay,
                )


class Forum(mesa.Model):
    """Bodies that meet every month."""

    def __init__(self, world: World, run: int) -> None:
        super().__init__(rng=run)
        self.rates = world.rates
        self.n_bodies = world.shape[2]
        self.draws = world.draws[run].tolist()
        self.month = 0
        self.bodies = [Body(self, number, trait) for number, trait in enumerate(world.traits[run].tolist())]
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "attendance": lambda m: total([b.attended for b in m.bodies]) / m.n_bodies,
                "record": lambda m: total([b.record for b in m.bodies]) / m.n_bodies,
                "trust": lambda m: total([total(b.trust) for b in m.bodies]) / (m.n_bodies * (m.n_bodies - 1)),
                "participation": lambda m: total([b.participation for b in m.bodies]) / m.n_bodies,
            }
        )

    def step(self) -> None:
        """Live through one month."""
        self.public_record = [body.record for body in self.bodies]
        self.agents.do("decide")
        self.agents.do("remember")
        self.agents.do("revise_trust")
        self.datacollector.collect(self)
        self.month += 1


def prepare(world: World) -> Peer:
    """Return the runs of ``world`` to be timed."""
    runs, months, _ = world.shape

    def run_all() -> NDArray[np.float64]:
        measured = []
        for run in range(runs):
            model = Forum(world, run)
            for _ in range(months):
                model.step()
            measured.append(model.datacollector.get_model_vars_dataframe()[list(MEASURES)].to_numpy())
        return np.stack(measured)

    return run_all
