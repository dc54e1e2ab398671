//! Decisions, printed; and that they hold in every world.
