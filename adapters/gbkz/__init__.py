"""A local tax office (GBKZ; Cocensus by configuration): its side of the road, and a simulator of its tax system."""
