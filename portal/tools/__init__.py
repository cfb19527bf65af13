"""The tools of an organisation: overview, details, registering, access, mandated accreditation."""
