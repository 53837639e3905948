//! Reads the fields of an X.509 certificate that the TLS library does not give: the version, the dates, the common name,
//! the public key and whether it is a CA, also of version 1, which the library cannot read. Source: RFC 5280, section 4.1.
//!
//! It verifies nothing.

use jiff::civil::{DateTime, datetime};

/// Tags of DER, the encoding of certificates.
mod tag {
    pub(super) const BOOLEAN: u8 = 0x01;
    pub(super) const INTEGER: u8 = 0x02;
    pub(super) const BIT_STRING: u8 = 0x03;
    pub(super) const OCTET_STRING: u8 = 0x04;
    pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(super) const UTC_TIME: u8 = 0x17;
    pub(super) const GENERALIZED_TIME: u8 = 0x18;
    pub(super) const SEQUENCE: u8 = 0x30;
    pub(super) const SET: u8 = 0x31;
    /// The version of the certificate. It is missing in version 1.
    pub(super) const VERSION: u8 = 0xa0;
    /// A number that tells certificates of the same name apart. It may be missing.
    pub(super) const ISSUER_ID: u8 = 0x81;
    pub(super) const SUBJECT_ID: u8 = 0x82;
    /// Only version 3 has them.
    pub(super) const EXTENSIONS: u8 = 0xa3;
}

/// The identifier of the common name: 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// The identifier of the extension that says whether a certificate is a CA: 2.5.29.19.
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];

/// Fields of a certificate, as it states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CertificateFields<'a> {
    /// 1, 2 or 3.
    pub(super) version: u8,
    issuer: &'a [u8],
    subject: &'a [u8],
    /// Seconds since 1970.
    pub(super) not_before: u64,
    /// Seconds since 1970.
    pub(super) not_after: u64,
    public_key: PublicKey<'a>,
    /// Whether an extension says that it is a CA.
    has_ca_extension: bool,
}

/// The public key of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PublicKey<'a> {
    /// The algorithm with its parameters, without the tag and the length around it.
    pub(super) algorithm: &'a [u8],
    pub(super) bits: &'a [u8],
    /// Algorithm and key as they are encoded.
    pub(super) encoded: &'a [u8],
}

impl<'a> CertificateFields<'a> {
    /// Reads the fields; `None` if the certificate is malformed.
    pub(super) fn read(certificate: &'a [u8]) -> Option<Self> {
        let mut fields = DerReader(DerReader(certificate).content(tag::SEQUENCE)?).inner(tag::SEQUENCE)?;
        let version = match fields.peek()? {
            tag::VERSION => match DerReader(fields.content(tag::VERSION)?).content(tag::INTEGER)? {
                [number] => number.checked_add(1)?,
                _ => return None,
            },
            _ => 1,
        };
        fields.content(tag::INTEGER)?;
        fields.content(tag::SEQUENCE)?;
        let issuer = fields.content(tag::SEQUENCE)?;
        let mut validity = fields.inner(tag::SEQUENCE)?;
        let (not_before, not_after) = (validity.time()?, validity.time()?);
        let subject = fields.content(tag::SEQUENCE)?;
        let public_key = fields.public_key()?;
        let has_ca_extension = fields.has_ca_extension().unwrap_or(false);
        Some(Self { version, issuer, subject, not_before, not_after, public_key, has_ca_extension })
    }

    /// Returns whether the certificate may sign others. In version 1, which cannot say it, every certificate that names
    /// itself as its issuer may.
    pub(super) fn is_ca(&self) -> bool {
        self.has_ca_extension || self.version == 1 && self.is_self_issued()
    }

    /// Returns whether the certificate names itself as its issuer.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Returns the common name of the subject.
    pub(super) fn common_name(&self) -> Option<String> {
        let mut parts = DerReader(self.subject);
        while let Some(set) = parts.content(tag::SET) {
            let mut part = DerReader(set).inner(tag::SEQUENCE)?;
            if part.content(tag::OBJECT_IDENTIFIER)? == COMMON_NAME {
                let (_, name) = part.next()?;
                return Some(String::from_utf8_lossy(name).into_owned());
            }
        }
        None
    }

    pub(super) fn public_key(&self) -> PublicKey<'a> {
        self.public_key
    }
}

/// Reads values of DER one after the other.
#[derive(Clone, Copy)]
struct DerReader<'a>(&'a [u8]);

impl<'a> DerReader<'a> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Reads the next value. Returns its tag and its content.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let length = if first < 0x80 {
            usize::from(first)
        } else {
            // The number of bytes that hold the length.
            let (bytes, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
            rest = after;
            bytes.iter().try_fold(0_usize, |length, byte| length.checked_mul(256)?.checked_add(usize::from(*byte)))?
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// Reads the next value, if it has this tag.
    fn content(&mut self, tag: u8) -> Option<&'a [u8]> {
        if self.peek()? != tag {
            return None;
        }
        self.next().map(|(_, content)| content)
    }

    fn inner(&mut self, tag: u8) -> Option<Self> {
        self.content(tag).map(Self)
    }

    /// Reads a time. Returns seconds since 1970; an earlier time is 0.
    fn time(&mut self) -> Option<u64> {
        let (tag, text) = self.next()?;
        let digits = text.strip_suffix(b"Z")?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let two = |at: usize| {
            let pair = digits.get(at..at + 2)?;
            Some(pair.iter().fold(0_i16, |number, digit| number * 10 + i16::from(digit - b'0')))
        };
        let (year, after) = match (tag, digits.len()) {
            // RFC 5280: 50 to 99 are years of the 20th century.
            (tag::UTC_TIME, 12) => (two(0)? + if two(0)? >= 50 { 1900 } else { 2000 }, 2),
            (tag::GENERALIZED_TIME, 14) => (two(0)? * 100 + two(2)?, 4),
            _ => return None,
        };
        let part = |index: usize| i8::try_from(two(after + 2 * index)?).ok();
        let time = DateTime::new(year, part(0)?, part(1)?, part(2)?, part(3)?, part(4)?, 0).ok()?;
        let seconds = time.duration_since(datetime(1970, 1, 1, 0, 0, 0, 0)).as_secs();
        Some(u64::try_from(seconds).unwrap_or(0))
    }

    /// Reads what follows the public key. Returns `None` if the certificate does not say whether it is a CA.
    fn has_ca_extension(&mut self) -> Option<bool> {
        for id in [tag::ISSUER_ID, tag::SUBJECT_ID] {
            let _ = self.content(id);
        }
        let mut extensions = self.inner(tag::EXTENSIONS)?.inner(tag::SEQUENCE)?;
        while let Some(mut extension) = extensions.inner(tag::SEQUENCE) {
            if extension.content(tag::OBJECT_IDENTIFIER)? == BASIC_CONSTRAINTS {
                // Whether a reader must understand the extension. It may be missing.
                let _ = extension.content(tag::BOOLEAN);
                let mut constraints = extension.inner(tag::OCTET_STRING)?.inner(tag::SEQUENCE)?;
                return Some(constraints.content(tag::BOOLEAN)? == [0xff]);
            }
        }
        None
    }

    fn public_key(&mut self) -> Option<PublicKey<'a>> {
        let before = self.0;
        let mut parts = self.inner(tag::SEQUENCE)?;
        let encoded = before.get(..before.len() - self.0.len())?;
        let algorithm = parts.content(tag::SEQUENCE)?;
        // The first byte says how many bits at the end have no meaning: none in a key.
        let bits = parts.content(tag::BIT_STRING)?.strip_prefix(&[0])?;
        Some(PublicKey { algorithm, bits, encoded })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use base64::Engine as _;
    use proptest::prelude::*;

    use super::*;

    /// `openssl req -x509 -newkey ec … -subj "/O=Rig/CN=replica.rrx.test"`, from 2026-01-02 to 2027-01-02.
    const VERSION_3: &str = "MIIBdDCCARmgAwIBAgIBATAKBggqhkjOPQQDAjApMQwwCgYDVQQKDANSaWcxGTAXBgNVBAMMEHJlcGxpY2EucnJ4LnRlc3QwHhcN\
        MjYwMTAyMDAwMDAwWhcNMjcwMTAyMDAwMDAwWjApMQwwCgYDVQQKDANSaWcxGTAXBgNVBAMMEHJlcGxpY2EucnJ4LnRlc3QwWTAT\
        BgcqhkjOPQIBBggqhkjOPQMBBwNCAAR+w+ernisvzHNCxjZH7HiOKunb5MKndaFSawXc8bsXJ6hGoPZu3IiSQ7nyX/HhMP9bOhX8\
        5Tf5gufzGIMtIVMeozIwMDAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBR6f87chB9ZoruPnpzl04Js/TwjtzAKBggqhkjOPQQD\
        AgNJADBGAiEA6gybyZ0QZYMAxZx6XLPs1haq0utBrMziz7JmnMua944CIQCVJEkGCECeULVVxc+Vr/WBo4oIWImLAcYkfOvjcSu+\
        kw==";
    /// `openssl x509 -req -signkey …` of the same key and name, which makes version 1.
    pub(in crate::io::session) const VERSION_1: &str = "MIIBODCB4AIBAjAKBggqhkjOPQQDAjApMQwwCgYDVQQKDANSaWcxGTAXBgNVBAMMEHJlcGxpY2EucnJ4LnRlc3QwHhcNMjYwMTAy\
        MDAwMDAwWhcNMjcwMTAyMDAwMDAwWjApMQwwCgYDVQQKDANSaWcxGTAXBgNVBAMMEHJlcGxpY2EucnJ4LnRlc3QwWTATBgcqhkjO\
        PQIBBggqhkjOPQMBBwNCAAR+w+ernisvzHNCxjZH7HiOKunb5MKndaFSawXc8bsXJ6hGoPZu3IiSQ7nyX/HhMP9bOhX85Tf5gufz\
        GIMtIVMeMAoGCCqGSM49BAMCA0cAMEQCICG9UC6iIt0na/z8PPHqypWBiV+sZ+xfkJHZvEVvwPVEAiBKFe1N3QnfQnKdGrXxZUAf\
        llL8bbCK5PYweDuOa2Xp2g==";

    pub(in crate::io::session) fn bytes(text: &str) -> Vec<u8> {
        base64::engine::general_purpose::STANDARD.decode(text).unwrap()
    }

    #[test]
    fn the_fields_of_both_versions_are_read() {
        for (text, version) in [(VERSION_1, 1), (VERSION_3, 3)] {
            let bytes = bytes(text);
            let fields = CertificateFields::read(&bytes).unwrap();
            assert_eq!(fields.version, version);
            assert_eq!(fields.common_name().as_deref(), Some("replica.rrx.test"));
            assert!(fields.is_self_issued() && fields.is_ca());
            assert_eq!((fields.not_before, fields.not_after), (1_767_312_000, 1_798_848_000));
            assert_eq!(fields.public_key().bits.len(), 65, "an uncompressed point of P-256");
        }
    }

    #[test]
    fn times_after_2049_are_read() {
        let mut time = DerReader(b"\x18\x0f99991231235959Z");
        assert_eq!(time.time(), Some(253_402_300_799));
        assert_eq!(DerReader(b"\x18\x0f99991331235959Z").time(), None, "month 13");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = CertificateFields::read(&bytes).map(|fields| fields.common_name());
        }

        #[test]
        fn no_changed_certificate_makes_it_panic(at in 0_usize..300, byte in any::<u8>(), length in 0_usize..400) {
            let mut bytes = bytes(VERSION_3);
            if let Some(changed) = bytes.get_mut(at) {
                *changed = byte;
            }
            bytes.truncate(length);
            let _ = CertificateFields::read(&bytes).map(|fields| fields.common_name());
        }
    }
}
