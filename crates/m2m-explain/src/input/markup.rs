//! HTML pages and XML documents, read for their text only.

use super::members::Member;

/// Returns the texts, each under the name of its element. Of an HTML page, only the title, the headings and the paragraphs.
pub(super) fn read(text: &str) -> Option<Vec<Member>> {
    let text = text.trim();
    if !text.starts_with('<') {
        return None;
    }
    let is_html = text
        .get(..500)
        .unwrap_or(text)
        .to_ascii_lowercase()
        .contains("<html")
        || text.to_ascii_lowercase().contains("<title");
    let mut members = Vec::new();
    let mut element = String::new();
    for piece in text.split('<').take(MAX_PIECES) {
        let Some((tag, content)) = piece.split_once('>') else {
            continue;
        };
        if !tag.starts_with(['/', '!', '?']) {
            element = name(tag);
        }
        let content = decoded(content.trim());
        let is_wanted = !is_html || HTML.contains(&element.as_str());
        if is_wanted && !content.is_empty() && !HIDDEN.contains(&element.as_str()) {
            members.push(Member::new(element.clone(), content));
        }
    }
    Some(members)
}

/// Returns the name of the element, without a namespace prefix.
fn name(tag: &str) -> String {
    let name = tag.split([' ', '/', '\n', '\r', '\t']).next();
    let name = name.unwrap_or_default();
    let local = name.rsplit(':').next().unwrap_or(name);
    local.to_owned()
}

fn decoded(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&apos;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

/// The elements of a page whose text describes the error.
const HTML: &[&str] = &["title", "h1", "h2", "h3", "p", "pre", "center", "u", "b"];

/// The elements whose content is not text.
const HIDDEN: &[&str] = &["script", "style"];

/// The maximum number of tags that are read.
const MAX_PIECES: usize = 400;
