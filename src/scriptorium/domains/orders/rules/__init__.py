"""Rules of money: pure, in whole minor units."""
