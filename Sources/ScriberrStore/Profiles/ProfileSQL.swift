import Foundation
package import ScriberrCore

/// Profiles as rows. The default profile is a fact of these rows alone.
package enum ProfileSQL {
    private static let columns = "id, owner, name, description, is_default, options, created_at, updated_at"

    /// Stores a profile. When it is to be the default, ``setDefault(_:_:_:)`` follows.
    package static func insert(_ db: any SQLConnection, _ profile: Profile) throws {
        let sql = """
            INSERT INTO profiles (id, owner, name, description, is_default, options, created_at, updated_at)
            VALUES ($1, $2, $3, $4, 0, $5, $6, $7)
            """
        try db.execute(
            sql,
            [
                .id(profile.id), .id(profile.owner), .text(profile.name), .text(profile.description),
                .text(try json(profile.options)), .time(profile.createdAt), .time(profile.updatedAt),
            ]
        )
    }

    /// Stores name, description and options of a profile that exists.
    package static func update(_ db: any SQLConnection, _ profile: Profile) throws {
        let sql = """
            UPDATE profiles SET name = $1, description = $2, options = $3, updated_at = $4 WHERE id = $5 AND owner = $6
            """
        try db.execute(
            sql,
            [
                .text(profile.name), .text(profile.description), .text(try json(profile.options)),
                .time(profile.updatedAt), .id(profile.id), .id(profile.owner),
            ]
        )
    }

    /// The owner's profiles, newest first.
    package static func list(_ db: any SQLConnection, _ owner: UserID) throws -> [Profile] {
        let sql = "SELECT \(columns) FROM profiles WHERE owner = $1 ORDER BY created_at DESC, id DESC"
        return try db.query(sql, [.id(owner)]).map(profile)
    }

    /// The owner's profile with this id.
    package static func get(_ db: any SQLConnection, _ owner: UserID, _ id: ProfileID) throws -> Profile? {
        let sql = "SELECT \(columns) FROM profiles WHERE id = $1 AND owner = $2"
        return try db.query(sql, [.id(id), .id(owner)]).first.map(profile)
    }

    /// The owner's default profile.
    package static func getDefault(_ db: any SQLConnection, _ owner: UserID) throws -> Profile? {
        let sql = "SELECT \(columns) FROM profiles WHERE owner = $1 AND is_default = 1"
        return try db.query(sql, [.id(owner)]).first.map(profile)
    }

    /// Makes `id` the only default; nil leaves the owner without one.
    package static func setDefault(_ db: any SQLConnection, _ owner: UserID, _ id: ProfileID?) throws {
        try db.execute("UPDATE profiles SET is_default = 0 WHERE owner = $1 AND is_default = 1", [.id(owner)])
        guard let id else { return }
        try db.execute("UPDATE profiles SET is_default = 1 WHERE owner = $1 AND id = $2", [.id(owner), .id(id)])
    }

    /// Removes a profile; false when the owner has no such profile.
    package static func delete(_ db: any SQLConnection, _ owner: UserID, _ id: ProfileID) throws -> Bool {
        try db.execute("DELETE FROM profiles WHERE owner = $1 AND id = $2", [.id(owner), .id(id)]) == 1
    }

    private static func profile(_ row: any SQLRow) throws -> Profile {
        Profile(
            id: try row.id("id"),
            owner: try row.user("owner"),
            name: try row.text("name"),
            description: try row.text("description"),
            isDefault: try row.bool("is_default"),
            options: try JSONDecoder().decode(TranscriptionOptions.self, from: Data(try row.text("options").utf8)),
            createdAt: try row.time("created_at"),
            updatedAt: try row.time("updated_at")
        )
    }

    private static func json(_ options: TranscriptionOptions) throws -> String {
        String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
    }
}
