import ScriberrCore
import ScriberrServices

extension JSONWriter {
    /// Writes the fields of a file. Where its bytes lie is no part of it.
    mutating func file(_ file: AudioFile) {
        field("id", file.id.text)
        field("title", file.title)
        field("kind", file.kind.rawValue)
        field("status", file.status.rawValue)
        field("mime_type", file.mimeType)
        field("size_bytes", file.sizeBytes)
        field("duration_seconds", file.durationSeconds)
        field("error", file.errorMessage)
        field("error_code", file.errorCode?.rawValue)
        field("created_at", file.createdAt)
        field("updated_at", file.updatedAt)
    }

    /// Writes the fields of a profile.
    mutating func profile(_ profile: Profile) {
        field("id", profile.id.text)
        field("name", profile.name)
        field("description", profile.description)
        field("is_default", profile.isDefault)
        object("options") { json in
            let options = profile.options
            json.field("model", options.model ?? "")
            json.field("language", options.language)
            json.field("diarization", options.diarization)
            json.field("device", options.device)
            json.field("task", options.task.rawValue)
            json.field("speakers", options.speakers)
            json.field("min_speakers", options.minSpeakers)
            json.field("max_speakers", options.maxSpeakers)
            json.field("diarization_model", options.diarizationModel)
            json.field("hotwords", options.hotwords)
        }
        field("created_at", profile.createdAt)
        field("updated_at", profile.updatedAt)
    }

    /// Writes the fields of a model.
    mutating func model(_ model: ModelListing) {
        field("id", model.id)
        field("name", model.name)
        field("provider", model.provider)
        field("installed", model.installed)
        field("default", model.isDefault)
        field("capabilities", model.capabilities)
        field("family", model.family)
        field("languages", model.languages)
        field("size_bytes", model.sizeBytes)
        field("licence", model.licence)
        field("attribution", model.attribution)
        field("downloadable", model.canBeDownloaded)
        field("needs_language", model.needsLanguage)
        field("takes_parts", model.takesParts)
        guard let download = model.download else { return field("download", String?.none) }
        object("download") { json in
            json.field("status", download.status)
            json.field("received_bytes", download.receivedBytes)
            json.field("total_bytes", download.totalBytes)
            json.field("error", download.errorMessage)
            json.field("error_code", download.errorCode?.rawValue)
        }
    }
}

extension Answer {
    /// A list: `{"items":[…],"next_cursor":…}`.
    static func list<Item>(_ items: [Item], next: String?, _ write: (inout JSONWriter, Item) -> Void) -> Answer {
        .object { json in
            json.objects("items", items, write)
            json.field("next_cursor", next)
        }
    }

    /// One page of a list.
    static func page<Item>(_ page: Page<Item>, _ write: (inout JSONWriter, Item) -> Void) -> Answer {
        list(page.items, next: page.nextCursor, write)
    }
}
