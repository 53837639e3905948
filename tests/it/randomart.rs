//! The picture of a host key, held against what `ssh-keygen -lv` of OpenSSH 9.2 draws.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rrx::domain::ssh::host_key::HostKey;
use rrx::domain::ssh::randomart;

/// A public key as its file has it, and its picture.
const DRAWN: [(&str, &str, &str); 4] = [
    (
        "ssh-ed25519",
        "AAAAC3NzaC1lZDI1NTE5AAAAIAClsV+3//yZz/wnwYFRmmF/sMV2jA8/j1pPc3uCZ/lv",
        r"
+--[ED25519 256]--+
|B=o==            |
|B=+=.o           |
|+*+oB .     .    |
|=.=o = . o . .   |
|o= oo o S o o    |
|. = .  + o +     |
| . o    +   .    |
|  E    =         |
|        +        |
+----[SHA256]-----+
",
    ),
    (
        "ssh-rsa",
        "AAAAB3NzaC1yc2EAAAADAQABAAABgQDCMz9yH3QDx21yGEEr026swO0UXCU/INds4YjGk/zhXjxREuj9s1HbZU5tKdjYGRDfY4Uu3TY+dOm3Bzs25giAUmxHxMO4O6TDENHodiusF+90sVsVAXBmfYOlix0PAzksjZhFz9AvfiQSTTIx9jVDtApfgA310MHZZMe9+Utccb9dPltrY3moceaN6zjLAansW8asO71tWSMprQT7qMw+y6sfvo55oIg22C6n38U+tB0KLuLzDe91yo9SQV4P7fDYaYWnXhNTIvR2w+/m92DM+R8Cyr5ix2J4dMdTCRKIUNiZK29TEQPBsCJ4zeGsMiOZ7QaqdyDLvSPa4YMoU6PjLZDWiO3RTuf+n4bOETfpIIksq/TTHhC9iI9Ny8fAwYe4zOOLrnPUJKnpSMf3EOFTnibfZe/4bi2Bxnb2pbTlhzsc6Cc3QPXyYqSpMmsmKnllX7MGJ8Xd/VMasjf8nu4HAFN1seaVJOe4v30ZhhCTHa6fhuuWXei9OZxv2pKLvDM=",
        r"
+---[RSA 3072]----+
|     ..Boo       |
|      o.=.= .    |
|      ..o=o*     |
|     . BB++... . |
|      **So.*. o .|
|     o..o * E.  .|
|    .    o *  . .|
|         ... . . |
|          ooo    |
+----[SHA256]-----+
",
    ),
    (
        "ecdsa-sha2-nistp256",
        "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEaAYZeaPI2bc+ZLKB7E0VsaHQQCNw/UOV2iogoPLj+T+Lof1ZGDr/ECux57C2exgH3DdulOVDMZcpWX9AzwZT8=",
        r"
+---[ECDSA 256]---+
|         o   .   |
|        . o . .  |
|     . . . o +   |
|   o. +. .o + . E|
|. * .o oS. . o . |
| * o...+o o . o  |
|. =+o.+.o. .   . |
|.=ooo+ .o. .     |
|o.o ...++o+.     |
+----[SHA256]-----+
",
    ),
    (
        "ecdsa-sha2-nistp521",
        "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAH6ZSxR8CRKSDTbtNsXfLDd3tY8wyo3cRTKmcyGidrzOaWIUipatHFGk5DtEPejVrHNalAazxwXTg14GaafUHSwGgAfNSlhqJRp4iy89HZbTK+u6Wt6MhPgkYmnXCQxaL4l/dWD/tP7MyI/Pb78wUtBs5H6sW14TjLMtjerrRWWOV7lGA==",
        r"
+---[ECDSA 521]---+
|. o +            |
|.= B o           |
|=.O O            |
|o=.X = .         |
|o O.B . S        |
|oBoO .           |
|==+..            |
|*o+              |
|=*oE             |
+----[SHA256]-----+
",
    ),
];

#[test]
fn a_key_is_drawn_as_openssh_draws_it() {
    for (algorithm, base64, drawn) in DRAWN {
        let key = HostKey { algorithm: algorithm.into(), blob: STANDARD.decode(base64).unwrap() };
        assert_eq!(randomart::draw(&key).join("\n"), drawn.trim_start_matches('\n').trim_end_matches('\n'));
    }
}

proptest::proptest! {
    #[test]
    fn any_key_has_a_picture_of_the_same_size(algorithm in ".{0,40}", blob: Vec<u8>) {
        let lines = randomart::draw(&HostKey { algorithm, blob });
        proptest::prop_assert_eq!(lines.len(), 11);
        for line in lines {
            proptest::prop_assert_eq!((line.len(), line.is_ascii()), (19, true), "{}", line);
        }
    }
}
