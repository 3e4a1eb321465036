import ScriberrCore

/// A Word document: a title and a paragraph for each turn, with time and speaker in front.
struct DocxExport: TranscriptExport {
    let format = ExportFormat(
        "docx",
        "Word document",
        mediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        aliases: ["word"],
        options: ["speakers", "times", "speaker_names"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        StoredZip.archive([
            ("[Content_Types].xml", Self.contentTypes),
            ("_rels/.rels", Self.packageRelations),
            ("word/_rels/document.xml.rels", Self.documentRelations),
            ("word/document.xml", document(transcript, options)),
            ("word/styles.xml", Self.styles),
        ])
    }

    private func document(_ transcript: Transcript, _ options: ExportOptions) -> String {
        var body = ""
        let title = Spacing.tidied(options.title)
        if !title.isEmpty { body += "<w:p><w:pPr><w:pStyle w:val=\"Title\"/></w:pPr>" + run(title) + "</w:p>" }
        for paragraph in Paragraph.paragraphs(orText: transcript) { body += self.paragraph(paragraph, options) }
        return Self.xmlHead + "<w:document xmlns:w=\"\(Self.wordNamespace)\"><w:body>" + body
            + "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1417\" w:right=\"1417\" w:bottom=\"1134\""
            + " w:left=\"1417\" w:header=\"708\" w:footer=\"708\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"
    }

    private func paragraph(_ paragraph: Paragraph, _ options: ExportOptions) -> String {
        var runs = ""
        if options.times ?? true, paragraph.isTimed {
            runs += run("[\(Milliseconds(paragraph.start).clock(digits: 0))] ", "<w:color w:val=\"808080\"/>")
        }
        if options.speakers ?? true, let speaker = paragraph.speaker { runs += run(options.name(of: speaker) + ": ", "<w:b/>") }
        return "<w:p>" + runs + run(paragraph.text) + "</w:p>"
    }

    private func run(_ text: String, _ properties: String = "") -> String {
        let look = properties.isEmpty ? "" : "<w:rPr>\(properties)</w:rPr>"
        return "<w:r>\(look)<w:t xml:space=\"preserve\">\(XML.escaped(text))</w:t></w:r>"
    }

    private static let xmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    private static let wordNamespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    private static let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let packageNamespace = "http://schemas.openxmlformats.org/package/2006"
    private static let wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml"

    private static let contentTypes =
        xmlHead + "<Types xmlns=\"\(packageNamespace)/content-types\">"
        + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
        + "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
        + "<Override PartName=\"/word/document.xml\" ContentType=\"\(wordType).document.main+xml\"/>"
        + "<Override PartName=\"/word/styles.xml\" ContentType=\"\(wordType).styles+xml\"/></Types>"

    private static let packageRelations =
        xmlHead + "<Relationships xmlns=\"\(packageNamespace)/relationships\">"
        + "<Relationship Id=\"rId1\" Type=\"\(relations)/officeDocument\" Target=\"word/document.xml\"/></Relationships>"

    private static let documentRelations =
        xmlHead + "<Relationships xmlns=\"\(packageNamespace)/relationships\">"
        + "<Relationship Id=\"rId1\" Type=\"\(relations)/styles\" Target=\"styles.xml\"/></Relationships>"

    private static let styles =
        xmlHead
        + "<w:styles xmlns:w=\"\(wordNamespace)\"><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val=\"22\"/></w:rPr></w:rPrDefault>"
        + "<w:pPrDefault><w:pPr><w:spacing w:after=\"160\" w:line=\"276\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>"
        + "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>"
        + "<w:style w:type=\"paragraph\" w:styleId=\"Title\"><w:name w:val=\"Title\"/><w:basedOn w:val=\"Normal\"/>"
        + "<w:rPr><w:b/><w:sz w:val=\"36\"/></w:rPr></w:style></w:styles>"
}
