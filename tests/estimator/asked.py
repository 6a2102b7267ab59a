"""What the tests of described tasks share: the figures of a footprint by name."""


def derived(footprint):
    """Derived figures by quantity."""
    return {figure.quantity: figure for figure in footprint.derived}


def amounts(footprint):
    """Every range of a footprint that is known, by name."""
    blocks = (footprint.energy_kwh, footprint.components_kwh, footprint.emissions_kg)
    return {
        f"{type(block).__name__}.{name}": figure
        for block in blocks
        for name, figure in block._asdict().items()
        if figure is not None
    }


def never_less(less, more, tolerance=1e-9):
    """Whether no bound of any figure is lower in `more`; figures both have are compared."""
    before, after = amounts(less), amounts(more)
    return all(
        b >= a * (1 - tolerance)
        for name, figure in before.items()
        for a, b in zip(figure.as_tuple(), after[name].as_tuple(), strict=True)
    )
