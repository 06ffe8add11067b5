"""Tests of what pages say and show."""
