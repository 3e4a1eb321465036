/// The history of the tables, oldest first.
package let allMigrations = [
    Migration(id: 1, name: "accounts and files", statements: Migration001Accounts.statements),
    Migration(id: 2, name: "jobs and events", statements: Migration002Jobs.statements),
    Migration(id: 4, name: "diarization jobs", statements: Migration004Diarizations.statements),
    Migration(id: 5, name: "model downloads", statements: Migration005ModelPulls.statements),
    Migration(id: 6, name: "search", statements: Migration006Search.statements),
    Migration(id: 8, name: "imports", statements: Migration008Imports.statements),
    Migration(id: 9, name: "retention", statements: Migration009Retention.statements),
    Migration(id: 10, name: "uploads in pieces", statements: Migration010Uploads.statements),
    Migration(id: 11, name: "webhooks", statements: Migration011Webhooks.statements),
    Migration(id: 12, name: "webhook deliveries", statements: Migration012Deliveries.statements),
    Migration(id: 13, name: "several machines", statements: Migration013Cluster.statements),
    Migration(id: 15, name: "transcript versions", statements: Migration015TranscriptVersions.statements),
    Migration(id: 16, name: "queue pause and recordings", statements: Migration016PauseAndRecordings.statements),
    Migration(id: 17, name: "waveforms", statements: Migration017Waveforms.statements),
    Migration(id: 22, name: "import jobs", statements: Migration022ImportJobs.statements),
]
