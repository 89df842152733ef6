//! Whom AWS calls when it sees that an account is misused (CIS AWS 5.0 1.2).

use strata_aws::account::AlternateContact;
use strata_spec::Platform;

use crate::builder::{About, Builder};

/// Lowers the contact, where the platform file names one. AWS keeps it once for an account.
pub(super) fn lower(builder: &mut Builder<'_>, platform: &Platform) {
    let Some(contact) = &platform.security_contact else { return };
    let contact = AlternateContact {
        alternate_contact_type: "SECURITY".to_owned(),
        name: contact.name.clone(),
        title: contact.title.clone(),
        email_address: contact.email.to_string(),
        phone_number: contact.phone.to_string(),
    };
    let about = About::new("platform:security_contact", "Tells AWS whom to reach when it sees that the account is misused.");
    builder.add("security", contact, about);
}
