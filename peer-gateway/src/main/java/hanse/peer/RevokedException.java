package hanse.peer;

import java.security.cert.CertificateException;

/// A certificate was revoked.
final class RevokedException extends CertificateException {
    private static final long serialVersionUID = 1L;

    RevokedException() {
        super("the certificate was revoked");
    }
}
