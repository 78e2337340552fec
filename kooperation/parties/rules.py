"""Levels and keys of municipalities, and what follows from them."""

from enum import StrEnum

DEMO_LAND = "99"
"""The Land key of the invented demonstration region; no official Land has it."""


class Level(StrEnum):
    """The levels of German territorial units, from the Land downwards."""

    LAND = "land"
    REGIERUNGSBEZIRK = "regierungsbezirk"
    LANDKREIS = "landkreis"
    KREISFREIE_STADT = "kreisfreie_stadt"
    GEMEINDEVERBAND = "gemeindeverband"
    GEMEINDE = "gemeinde"


KEY_LENGTH = {
    Level.LAND: 2,
    Level.REGIERUNGSBEZIRK: 3,
    Level.LANDKREIS: 5,
    Level.KREISFREIE_STADT: 8,
    Level.GEMEINDEVERBAND: 9,
    Level.GEMEINDE: 8,
}
"""Digits of the public key on each level: the unpadded regional key, or the AGS."""


class TopicKind(StrEnum):
    """Where a topic comes from: the programme for the Onlinezugangsgesetz, or what municipalities do together."""

    OZG = "ozg"
    FIELD = "field"


class PopulationClass(StrEnum):
    """The size classes of municipalities that the lists filter by."""

    UP_TO_5000 = "5000"
    UP_TO_10000 = "10000"
    UP_TO_20000 = "20000"
    UP_TO_50000 = "50000"
    UP_TO_100000 = "100000"
    MORE = "mehr"

    @property
    def bounds(self) -> tuple[int, int | None]:
        """Smallest and largest population in the class, both included; None is without limit."""
        limits = [0, 5_000, 10_000, 20_000, 50_000, 100_000]
        at = list(PopulationClass).index(self)
        lower = limits[at] if at == 0 else limits[at] + 1
        return lower, None if self is PopulationClass.MORE else int(self.value)


def is_demo(key: str) -> bool:
    """Whether a municipality's key belongs to the invented demonstration region."""
    return key.startswith(DEMO_LAND)
