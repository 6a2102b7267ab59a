"""All pages, one module each."""

from types import ModuleType

from wattprint.hub.pages import (
    account,
    admin,
    author_requests,
    calculator,
    compare,
    dashboard,
    factor_sets,
    home,
    leaderboards,
    members,
    methods,
    model_review,
    model_submit,
    models,
    run,
    runs,
    sign_in,
    sweeps,
    welcome,
    zones,
)

PAGES: tuple[ModuleType, ...] = (
    *(home, dashboard, runs, run, sweeps, compare),
    *(sign_in, welcome, account, admin, factor_sets, members),
    *(calculator, methods, zones),
    *(model_submit, model_review, models, leaderboards, author_requests),
)
"""Each has a `router`; /models/submit and /models/review come before /models/{model}."""
