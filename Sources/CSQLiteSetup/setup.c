#include "CSQLiteSetup.h"

#include <sqlite3.h>

void csqlitesetup_count_no_memory(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
