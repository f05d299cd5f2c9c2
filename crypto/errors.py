"""Every way this package says no. Nothing else leaves a decoder or a verifier (protocol 1.8)."""


class CryptoError(Exception):
    """Never raised directly: lets a caller catch all three."""


class MalformedError(CryptoError):
    """These bytes are not in the form that the protocol gives them."""


class OpenError(CryptoError):
    """It does not open with that key. It says nothing more, on purpose."""


class ProofError(CryptoError):
    """A signature, proof, digest or quorum does not hold."""
