//! The small files of a workbook, and the XML around the rows of a sheet.

use super::cells::CellKind;

/// Number of styles before those of columns: plain, header and text.
const BUILT_IN_STYLES: usize = 3;
/// The first id of custom number formats.
const FIRST_CUSTOM_FORMAT: usize = 164;

/// The root relationships: which file is the workbook.
pub(super) const ROOT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"xl/workbook.xml\"/></Relationships>";

/// The end of a sheet, after its rows.
pub(super) const SHEET_END: &str = "</sheetData></worksheet>";

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Returns the beginning of a sheet, before its rows: a frozen header row, and columns of times as wide as their values.
pub(super) fn sheet_head(columns: &[CellKind]) -> Vec<u8> {
    let wide: Vec<String> = columns
        .iter()
        .enumerate()
        .filter_map(|(at, kind)| kind.width().map(|width| (at + 1, width)))
        .map(|(at, width)| format!("<col min=\"{at}\" max=\"{at}\" width=\"{width}\" customWidth=\"1\"/>"))
        .collect();
    // The XML schema allows no empty list.
    let wide = if wide.is_empty() { String::new() } else { format!("<cols>{}</cols>", wide.concat()) };
    format!(
        "{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\">\
         <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>\
         {wide}<sheetData>"
    )
    .into_bytes()
}

/// Returns the path of a sheet in the zip file; the first one is 1.
pub(super) fn sheet_path(number: u32) -> String {
    format!("xl/worksheets/sheet{number}.xml")
}

pub(super) fn workbook(sheets: u32) -> String {
    let sheet = |number: u32| {
        let name = if number == 1 { "Rows".to_owned() } else { format!("Rows {number}") };
        format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>")
    };
    let all: Vec<String> = (1..=sheets).map(sheet).collect();
    format!("{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{}</sheets></workbook>", all.concat())
}

/// Returns the relationships of the workbook to its sheets and styles.
pub(super) fn relations(sheets: u32) -> String {
    let one = |number: u32, of: &str, target: &str| {
        format!("<Relationship Id=\"rId{number}\" Type=\"{RELATIONS}/{of}\" Target=\"{target}\"/>")
    };
    let sheet = |number| one(number, "worksheet", sheet_path(number).trim_start_matches("xl/"));
    let all: Vec<String> = (1..=sheets).map(sheet).collect();
    format!(
        "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}{}</Relationships>",
        all.concat(),
        one(sheets + 1, "styles", "styles.xml")
    )
}

pub(super) fn content_types(sheets: u32) -> String {
    let one = |path: &str, of: &str| {
        format!(
            "<Override PartName=\"/{path}\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.{of}+xml\"/>"
        )
    };
    let all: Vec<String> = (1..=sheets).map(|number| one(&sheet_path(number), "worksheet")).collect();
    format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>{}{}{}</Types>",
        one("xl/workbook.xml", "sheet.main"),
        one("xl/styles.xml", "styles"),
        all.concat()
    )
}

/// The distinct number formats of all columns.
#[derive(Debug, Default)]
pub(super) struct Styles {
    formats: Vec<String>,
}

impl Styles {
    /// Returns the index of the style with this number format; without a format, that of the plain style.
    pub(super) fn of(&mut self, format: Option<String>) -> usize {
        let Some(format) = format else { return 0 };
        let known = self.formats.iter().position(|known| *known == format);
        BUILT_IN_STYLES
            + known.unwrap_or_else(|| {
                self.formats.push(format);
                self.formats.len() - 1
            })
    }

    /// Returns the file of all styles.
    pub(super) fn part(&self) -> String {
        let numbered = || self.formats.iter().zip(FIRST_CUSTOM_FORMAT..);
        let formats: Vec<String> = numbered()
            .map(|(format, number)| format!("<numFmt numFmtId=\"{number}\" formatCode=\"{format}\"/>"))
            .collect();
        let styles: Vec<String> = numbered()
            .map(|(_, number)| {
                format!("<xf numFmtId=\"{number}\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>")
            })
            .collect();
        let custom_formats = if formats.is_empty() {
            String::new()
        } else {
            format!("<numFmts count=\"{}\">{}</numFmts>", formats.len(), formats.concat())
        };
        format!(
            "{HEAD}<styleSheet xmlns=\"{MAIN}\">{custom_formats}\
             <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>\
             <font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
             <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
             <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
             <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
             <cellXfs count=\"{}\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
             <xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>\
             <xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>{}</cellXfs>\
             <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>",
            styles.len() + BUILT_IN_STYLES,
            styles.concat()
        )
    }
}
