"""Decides what the official files mean for the bodies that are stored. Knows no database.

``records`` is what a file says; ``names``, ``labels``, ``bodies`` and ``description`` make bodies of it; ``plans``,
``planning`` and ``sections`` say what an import would do; ``successions`` and ``stories`` tell what became of units;
``mapping`` draws them.
"""
