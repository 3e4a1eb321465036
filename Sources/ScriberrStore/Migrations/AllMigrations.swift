/// The history of the tables, oldest first.
package let allMigrations = [
    Migration(id: 1, name: "accounts and files", statements: Migration001Accounts.statements),
    Migration(id: 2, name: "jobs and events", statements: Migration002Jobs.statements),
    Migration(id: 10, name: "uploads in pieces", statements: Migration010Uploads.statements),
]
