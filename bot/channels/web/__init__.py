"""The pages: what a browser asks for, answered. What a visitor says goes through the
hotline's one door.
"""
