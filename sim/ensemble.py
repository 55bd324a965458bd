"""Many runs at once, on the compiled engine: the same numbers as ``simulate``, bit for bit."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import compiled_month as month_of
from sim.compiled_month import LANES, Answer, BlockDraws, Question
from sim.fund_purses import PURSES
from sim.levers import Policy, policy_calendar
from sim.measures import MEASURES
