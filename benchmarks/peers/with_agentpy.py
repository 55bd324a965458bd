"""The reduced model as one would write it in AgentPy."""

from __future__ import annotations

import agentpy
import numpy as np
from numpy.typing import NDArray

from peers.reduced import MEASURES, Peer, World, trust_step, utility
from peers.rules import attendance_probability, put_in, towards
from sim.rules.mathematics import total


class Body(agentpy.Agent):
    """A body at the table."""

    def setup(self) -> None:
        """Take the seat; AgentPy calls this."""
        rates = self.p.rates
        self.number = len(self.model.seated)
        self.model.seated.append(self)
        self.trait = self.p.traits[self.number]
        self.record, self.attended, self.participation = rates.first_record, 0.0, 0.0
        self.put_in = 0.0
        self.trust = [rates.first_trust] * self.p.n_bodies
        self.trust[self.number] = 0.0

    def decide(self) -> None:
        """Look at the others and decide whether to come."""
        rates = self.p.rates
        seen = 0.0
        for level, record in zip(self.trust, self.model.public_record, strict=True):
            seen += level * record
        self.participation = seen / (self.p.n_bodies - 1)
        chance = attendance_probability(utility(rates, self.trait, self.record, self.participation), rates.noise)
        self.attended = 1.0 if self.p.draws[self.model.t - 1][self.number] < chance else 0.0

    def remember(self) -> None:
        """Keep a record of coming, and show what was put in."""
        rates = self.p.rates
        self.record = towards(self.record, self.attended, rates.memory)
        self.put_in = put_in(self.attended, rates.seniority, rates.contribution_rate)

    def revise_trust(self) -> None:
        """Compare what each other body put in with what was expected of it."""
        rates, trust = self.p.rates, self.trust
        for other in self.model.seated:
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


class Forum(agentpy.Model):
    """Bodies that meet every month."""

    def setup(self) -> None:
        """Seat the bodies; AgentPy calls this."""
        self.seated: list[Body] = []
        self.bodies = agentpy.AgentList(self, self.p.n_bodies, Body)

    def step(self) -> None:
        """Live through one month."""
        self.public_record = [body.record for body in self.seated]
        self.bodies.decide()
        self.bodies.remember()
        self.bodies.revise_trust()

    def update(self) -> None:
        """Record the measures after each month."""
        if self.t == 0:
            return
        n = self.p.n_bodies
        self.record("attendance", total([b.attended for b in self.seated]) / n)
        self.record("record", total([b.record for b in self.seated]) / n)
        self.record("trust", total([total(b.trust) for b in self.seated]) / (n * (n - 1)))
        self.record("participation", total([b.participation for b in self.seated]) / n)


def prepare(world: World) -> Peer:
    """Return the runs of ``world`` to be timed."""
    runs, months, n_bodies = world.shape

    def run_all() -> NDArray[np.float64]:
        measured = []
        for run in range(runs):
            # AgentPy would take a list or tuple among its parameters for what it is; the rates stay a tuple.
            parameters = {
                "steps": months,
                "seed": run,
                "n_bodies": n_bodies,
                "rates": world.rates,
                "traits": world.traits[run].tolist(),
                "draws": world.draws[run].tolist(),
            }
            results = Forum(parameters).run(display=False)
            measured.append(results.variables.Forum[list(MEASURES)].to_numpy())
        return np.stack(measured)

    return run_all
