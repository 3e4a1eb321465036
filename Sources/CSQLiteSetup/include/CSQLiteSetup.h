#ifndef CSQLITESETUP_H
#define CSQLITESETUP_H

/// Tells SQLite to keep no account of its memory, which costs a lock, shared by all connections, around every allocation.
/// Works only before the first connection of the process is opened; afterwards SQLite refuses and goes on counting.
/// The function behind it takes a variable number of arguments, which Swift cannot call.
void csqlitesetup_count_no_memory(void);

#endif
