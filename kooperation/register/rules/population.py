"""The size classes that municipalities are filtered by."""

from kooperation.parties.rules import PopulationClass


def population_class(population: int) -> PopulationClass:
    """The class of a number of people. Each class includes its upper bound: 5,000 is the first, 5,001 the second."""
    if population < 0:
        raise ValueError("a population is not negative")
    for one in PopulationClass:
        _, upper = one.bounds
        if upper is None or population <= upper:
            return one
    raise AssertionError("the last class has no upper bound")
