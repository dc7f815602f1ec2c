"""The API document (OpenAPI 3.1), generated from the code.

Routes come from the functions, bodies and problems from ``portal.http``, answers from the models in ``answers``.
"""
