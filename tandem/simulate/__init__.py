"""I/O. The command `tandem sim`, and how a day of a centre's own records comes to the simulator."""

from tandem.simulate.commands import simulator as simulator
