"""Layer 8, the advisor: reads any Python codebase and says from evidence what to split out, merge or leave alone.

Stands alone: it imports nothing of Plures but the root of its errors, and nothing of the code that it reads.
"""
