// libpq, the C library of PostgreSQL (14 or later: pipeline mode).
#include <libpq-fe.h>
