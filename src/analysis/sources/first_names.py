"""Common first names in Sweden: how the privacy check tells a person from a place."""

from __future__ import annotations

from typing import Final

FIRST_NAMES: Final = frozenset(
    """
    Maria Anna Margareta Elisabeth Elisabet Eva Kristina Christina Birgitta Karin Elin Ingrid Linnéa Linnea Marie Sofia
    Kerstin Marianne Lena Emma Helena Johanna Inger Sara Cecilia Emelie Elsa Ulla Gunilla Viktoria Viveka Louise Anita
    Susanne Monica Monika Alice Irene Gun Ida Malin Jenny Ulrika Barbro Hanna Annika Lisa Amanda Ann Åsa Camilla Yvonne
    Frida Julia Jessica Therese Lovisa Alva Caroline Katarina Agneta Mona Astrid Siv Britt Charlotte Rut Madeleine Ellen
    Rebecca Klara Ebba Wilma Maja Agnes Stina Gunvor Mikaela Isabella Matilda Josefin Sandra Pia Carina Anneli Anette
    Fatima Amina Zahra Layla Leila Maryam Mariam Aisha Aysha Hawa Halima Khadija Samira Nadia Sahra Hodan Fadumo Natalia
    Olga Elena Tatiana Svetlana Oksana Nour Noor Rana Hiba Yasmin Jasmin Shirin Azadeh Senait Selam Hana Miriam
    Erik Lars Karl Carl Anders Johan Per Nils Jan Mikael Michael Hans Olof Peter Petter Gunnar Sven Fredrik Bengt Bo
    Daniel Gustav Gustaf Göran Åke Magnus Martin Alexander Andreas Bertil John Leif Stefan Ulf Björn Thomas Tomas Mats
    Jonas Henrik Christer Krister Kjell Robert David Emil Oskar Oscar Jonny Jonathan Mattias Mathias Rolf Roger Kent
    Sebastian Marcus Markus Patrik Simon Filip Philip Viktor Victor Robin William Tommy Rickard Richard Jakob Jacob Joakim
    Roland Anton Elias Lennart Kenneth Hugo Axel Ove Urban Rune Jörgen Linus Samuel Niklas Niclas Tobias Ola Olle Nicklas
    Mohammed Mohamed Mohammad Muhammad Ahmed Ahmad Ali Hassan Hussein Hussain Omar Ibrahim Mahmoud Mustafa Khaled Khalid
    Abdullahi Abdi Abdul Abdullah Yusuf Youssef Ismail Osman Said Amir Reza Hamid Bilal Samir Tariq Karim Kareem Bashir
    Andrzej Krzysztof Piotr Pawel Dragan Milan Zoran Goran Ivan Dmitri Sergej Vladimir Oleksandr Tesfay Yonas Filmon
    Lucas Liam Noah Adam Leo Ludvig Arvid Theodor Albin Alfred Melvin Isak Isac Edvin Gabriel Vincent Benjamin Kevin
    """.split()  # noqa: SIM905
)
