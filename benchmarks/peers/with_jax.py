"""The reduced model in JAX, in double precision: a scan over months, compiled, runs in the last dimension."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from peers.reduced import Peer, Rates, World
from peers.rules import bounded_step, cooperation_term, habit_term, put_in, towards

RUNS_AT_ONCE = 64

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")


def live_a_month(rates: Rates, disposition: Any, state: tuple[Any, Any], draws: Any) -> tuple[tuple[Any, Any], Any]:
    """Return the state after a month and its measures (measures, runs)."""
    record, trust = state
    n = len(record)
    participation = (trust * record[None]).sum(axis=1) / (n - 1)
    wish = disposition + habit_term(rates.habit, record) + cooperation_term(rates.cooperation, participation)
    came = draws < 1.0 / (1.0 + jnp.exp(-wish / rates.noise))
    attended = jnp.where(came, 1.0, 0.0)
    record = towards(record, attended, rates.memory)
    surprise = put_in(attended, rates.seniority, rates.contribution_rate)[None] - 0.6 * trust
    met = came[:, None] & came[None]
    gain = jnp.where(met, rates.contact, 0.0) + rates.brokered + rates.evidence * jnp.maximum(surprise, 0.0)
    loss = jnp.where(met, 0.0, rates.decay) - rates.loss_aversion * rates.evidence * jnp.minimum(surprise, 0.0)
    trust = bounded_step(trust, gain, loss) * (1.0 - jnp.eye(n))[:, :, None]
    measures = (
        attended.mean(axis=0),
        record.mean(axis=0),
        trust.sum(axis=(0, 1)) / (n * (n - 1)),
        participation.mean(axis=0),
    )
    return (record, trust), jnp.stack(measures)


@partial(jax.jit, static_argnums=0)
def run_some(rates: Rates, traits: Any, draws: Any) -> Any:
    """Return the measures (months, measures, runs) of traits (partners, runs) and draws (months, partners, runs)."""
    n, runs = traits.shape
    record = jnp.full((n, runs), rates.first_record)
    trust = jnp.full((n, n, runs), rates.first_trust) * (1.0 - jnp.eye(n))[:, :, None]
    _, measured = jax.lax.scan(partial(live_a_month, rates, rates.base + rates.spread * traits), (record, trust), draws)
    return measured


def prepare(world: World) -> Peer:
    """Return the runs of ``world`` to be timed."""
    firsts = range(0, world.shape[0], RUNS_AT_ONCE)
    traits = [jnp.asarray(world.traits[first : first + RUNS_AT_ONCE].T.copy()) for first in firsts]
    draws = [jnp.asarray(np.moveaxis(world.draws[first : first + RUNS_AT_ONCE], 0, -1).copy()) for first in firsts]

    def run_all() -> NDArray[np.float64]:
        parts = [np.asarray(run_some(world.rates, *given)) for given in zip(traits, draws, strict=True)]
        return np.moveaxis(np.concatenate(parts, axis=-1), -1, 0)

    return run_all
